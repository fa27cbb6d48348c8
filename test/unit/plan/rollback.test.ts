import test from 'ava';
import type { OperationRecord } from '../../../src/model/operation.ts';
import { absentMoves, lostMoves } from '../../../src/plan/rollback.ts';
import { node, survey } from './support.ts';

const A = ['10.244.1.0/24'];
const B = ['10.244.2.0/24'];
const there = { ...survey([node('a', B)]) };
const [{ uid } = { uid: '' }] = there.nodes;
const move = { node: 'a', uid, method: 'recreate' as const, from: B, to: A, wished: true };

test('a node that is as it was moved may be moved back; one that is another by now may not', (t) => {
  t.deepEqual(lostMoves([move], there), []);
  const reasons = lostMoves(
    [
      { ...move, node: 'b' },
      { ...move, uid: 'another' },
      { ...move, from: A },
    ],
    there,
  );
  t.deepEqual(
    reasons.map(({ reason }) => reason),
    ['it was deleted since', 'it was deleted and created again since', 'it has 10.244.2.0/24 now'],
  );
});

test('only a Node that an interrupted operation has deleted is posted with what it had', (t) => {
  const record = { ...move, node: 'gone', from: A, to: B, step: 'swapping' } as unknown as OperationRecord;
  const records = (one: OperationRecord) => new Map([[one.node, one]]);
  t.deepEqual(
    absentMoves(records(record), there).map(({ node: name, to }) => [name, to]),
    [['gone', A]],
  );
  const again = { ...record, from: ['10.244.9.0/24'], firstSwap: { from: A, managedFields: [] } };
  t.deepEqual(absentMoves(records(again), there)[0]?.to, A);
  t.deepEqual(absentMoves(records({ ...record, node: 'a' }), there), []);
  t.deepEqual(absentMoves(records({ ...record, step: 'detached' }), there), []);
  t.deepEqual(absentMoves(records({ ...record, method: 'create' }), there), []);
});
