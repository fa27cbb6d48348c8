import test from 'ava';
import type { SurveyNode } from '../../../src/model/survey.ts';
import { node } from '../plan/support.ts';
import { NOW } from './support.ts';
import { judge } from './with-facts.ts';

const taint = (key: string, effect = 'NoSchedule') => ({ key: `node.kubernetes.io/${key}`, value: '', effect });
const condition = (status: string, since: number | undefined) => ({ status, reason: '', since });

const stuck = (name: string, more: Partial<SurveyNode>) => node(name, ['10.244.1.0/24'], more);

const report = (...nodes: SurveyNode[]) => judge('NodeTaintStuck', nodes, {}).findings;

test('a taint whose reason has been over for a minute is stuck, by its own condition', (t) => {
  const since = (ago: number) => ({ readySince: NOW - ago });
  t.is(report(stuck('a', { taints: [taint('not-ready')], ...since(60_000) })).length, 1);
  t.deepEqual(report(stuck('a', { taints: [taint('not-ready')], ...since(59_999) })), []);
  t.is(report(stuck('a', { taints: [taint('not-ready')] })).length, 1, 'a condition without a time is old');
  t.deepEqual(report(stuck('a', { taints: [taint('not-ready')], ready: 'False' })), []);
  t.deepEqual(report(stuck('a', { taints: [taint('unreachable')], ready: 'Unknown' })), []);
  t.is(report(stuck('a', { taints: [taint('unreachable')] })).length, 1);
  t.deepEqual(report(stuck('a', { taints: [taint('not-ready')], deleting: true })), []);
  t.deepEqual(report(stuck('a', { taints: [taint('memory-pressure')] })), []);
});

test('the network’s taint goes by the network’s condition', (t) => {
  const network = (status: string, ago: number) =>
    report(stuck('a', { taints: [taint('network-unavailable')], networkUnavailable: condition(status, NOW - ago) }))
      .length;
  t.deepEqual([network('False', 60_000), network('False', 59_000), network('True', 99_000)], [1, 0, 0]);
  t.deepEqual(report(stuck('a', { taints: [taint('network-unavailable')] })), []);
});

test('one command a taint takes them off, of the nodes that a command can name', (t) => {
  const [found] = report(
    stuck('b', { taints: [taint('not-ready'), taint('not-ready', 'NoExecute')] }),
    stuck('a', { taints: [taint('not-ready'), taint('unreachable', 'NoExecute')] }),
    stuck('Bad', { taints: [taint('unreachable', 'NoExecute')] }),
  );
  t.is(found?.message, '3 nodes carry a taint whose reason is over');
  t.deepEqual(found?.evidence, [
    'Bad: node.kubernetes.io/unreachable:NoExecute',
    'a: node.kubernetes.io/not-ready:NoSchedule',
    'a: node.kubernetes.io/unreachable:NoExecute',
    'b: node.kubernetes.io/not-ready:NoSchedule,NoExecute',
  ]);
  t.is(
    found?.remedy,
    'kubectl taint nodes a node.kubernetes.io/unreachable- && kubectl taint nodes a b node.kubernetes.io/not-ready-',
  );
  const [bad] = report(stuck('Bad', { taints: [taint('not-ready')] }));
  t.is(bad?.message, '1 node carries a taint whose reason is over');
  t.is(bad?.remedy, 'the name is not valid: no command can name it');
});
