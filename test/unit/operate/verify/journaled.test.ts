import test from 'ava';
import type { OperationManifest, OperationRecord, Step } from '../../../../src/model/operation.ts';
import type { JournaledOperation } from '../../../../src/operate/journal/read.ts';
import { journaledSubjects, namedSubjects } from '../../../../src/operate/verify/journaled.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY = 24 * 3600 * 1000;

interface Moved {
  to: string;
  step?: Step;
  survivors?: string[];
  owned?: string[];
}

const operation = (
  id: string,
  days: number,
  state: OperationManifest['state'],
  moves: Record<string, Moved>,
): JournaledOperation => {
  const records = Object.entries(moves).map(([node, { to, step = 'finished', survivors = [], owned = [] }]) => {
    const record = {
      node,
      to: [to],
      step,
      operation: id,
      survivors: survivors.map((name) => ({ node: name })),
      dependents: owned.map((name) => ({ name })),
    };
    return [node, record as unknown as OperationRecord] as const;
  });
  const manifest = { operation: id, state, at: new Date(NOW - days * DAY).toISOString() } as OperationManifest;
  return { id, manifest, records: new Map(records), configMaps: [], unreadable: [] };
};

test('the nodes of operations that were finished lately, each as the last of them left it', (t) => {
  const operations = [
    operation('old', 31, 'finished', { ancient: { to: '10.244.1.0/24' } }),
    operation('first', 20, 'finished', { a: { to: '10.244.2.0/24', survivors: ['twin'] }, b: { to: '10.244.3.0/24' } }),
    operation('second', 2, 'finished', { a: { to: '10.244.4.0/24', owned: ['CSINode/a', 'Pod/kube-system/x'] } }),
  ];
  t.deepEqual(journaledSubjects(operations, NOW), [
    { node: 'b', twins: [], given: { podCIDRs: ['10.244.3.0/24'], operation: 'first' }, hadCSINode: false },
    { node: 'a', twins: [], given: { podCIDRs: ['10.244.4.0/24'], operation: 'second' }, hadCSINode: true },
  ]);
});

test('what was taken back, or is not finished, promises nothing', (t) => {
  const operations = [
    operation('back', 2, 'rolledBack', { a: { to: '10.244.2.0/24', step: 'undone' } }),
    operation('open', 2, 'open', { b: { to: '10.244.3.0/24' } }),
    operation('partly', 2, 'finished', { c: { to: '10.244.4.0/24', step: 'undone' } }),
  ];
  t.deepEqual(journaledSubjects(operations, NOW), []);
});

test('who names the node that kept a shared subnet has the one that moved away for its twin', (t) => {
  const lately = journaledSubjects(
    [operation('one', 2, 'finished', { moved: { to: '10.244.2.0/24', survivors: ['kept'] } })],
    NOW,
  );
  const [kept, moved, other] = namedSubjects(['kept', 'moved', 'other'], lately);
  t.deepEqual(kept, { node: 'kept', hadCSINode: false, twins: ['moved'] });
  t.deepEqual(moved?.twins, ['kept']);
  t.deepEqual(other, { node: 'other', hadCSINode: false, twins: [] });
});
