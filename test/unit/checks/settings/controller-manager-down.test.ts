import test from 'ava';
import type { ClusterFacts, Leader } from '../../../../src/model/cluster-facts.ts';
import { known } from '../../facts.ts';
import { NOW, nodeWith } from '../support.ts';
import { crashing, failingPod, judge } from '../with-facts.ts';

const NODES = [nodeWith('a', ['10.244.1.0/24'])];
const CM = 'kube-controller-manager';

const leader = (age: number, more: Partial<Leader> = {}): Leader => ({
  holder: 'cp1_x',
  renewed: NOW - age,
  duration: 15_000,
  ...more,
});

const pod = (name: string, more = {}, lines?: string[], problem?: string) =>
  failingPod(`kube-system/${CM}-${name}`, name, crashing(CM, more), lines, problem);
const well = pod('cp2', { waiting: undefined, running: true, ready: true, ended: undefined });

const report = (facts: Partial<ClusterFacts>) => judge('ControllerManagerDown', NODES, facts);

test('a lease that nobody renews for four of its durations is told, a moment less is not', (t) => {
  t.deepEqual(report({ leader: known(leader(60_000)) }).findings, []);
  t.deepEqual(report({ leader: known(leader(60_001)) }).findings, [
    {
      code: 'ControllerManagerDown',
      severity: 'error',
      nodes: [],
      subject: { kind: 'Lease', name: CM, namespace: 'kube-system' },
      message: 'kube-controller-manager has not renewed its lease for 60 s',
      evidence: [
        'Lease kube-system/kube-controller-manager: held by cp1_x, last renewed 2026-11-20T09:28:59.999Z, now 2026-11-20T09:30:00.000Z',
      ],
      remedy: 'kubectl -n kube-system get pods -l component=kube-controller-manager',
    },
  ]);
  t.regex(report({ leader: known(leader(99_000, { holder: '' })) }).findings[0]?.evidence[0] ?? '', /held by nobody,/);
});

test('a lease that was seen being renewed is right, whatever the clocks say; without one nothing is said', (t) => {
  t.deepEqual(report({ leader: known(leader(99_000, { moved: true })) }).findings, []);
  t.deepEqual(report({ leader: known(undefined) }), { findings: [], skipped: [] });
  t.deepEqual(report({}).skipped, [{ code: 'ControllerManagerDown', reason: 'it was not asked for' }]);
});

test('a replica that fails is told with its log, the cause and the cure, and who holds the lease still', (t) => {
  const log = ['I1 x', '  F1 node n7: 10.9.0.0/24 is out the range of cluster cidr  ', 'leaderelection lost'];
  const [found] = report({ leader: known(leader(0)), managers: known([pod('cp1', {}, log), well]) }).findings;
  t.is(found?.message, 'kube-controller-manager fails (1 of 2 replicas): a node holds a subnet outside --cluster-cidr');
  t.deepEqual(found?.evidence, [
    'pod kube-system/kube-controller-manager-cp1: CrashLoopBackOff, restarted 7 times',
    'pod kube-system/kube-controller-manager-cp1: F1 node n7: 10.9.0.0/24 is out the range of cluster cidr',
    'cp1_x holds the lease still',
  ]);
  t.is(found?.remedy, 'kubectl podcidr validate --only=SubnetOutsideClusterCIDR');
});

test('without a known text its last errors are shown, and the next command reads the log', (t) => {
  const managers = known([pod('cp1', {}, ['one', 'E0101 two ', 'three'])]);
  const [found] = report({ leader: known(leader(0, { holder: '' })), managers }).findings;
  t.is(found?.message, 'kube-controller-manager fails (1 of 1 replica)');
  t.deepEqual(found?.evidence, [
    'pod kube-system/kube-controller-manager-cp1: CrashLoopBackOff, restarted 7 times',
    'pod kube-system/kube-controller-manager-cp1: E0101 two',
  ]);
  t.is(found?.remedy, 'kubectl -n kube-system logs kube-controller-manager-cp1');
});

test('a log that was not read, or cannot be, is said or left out', (t) => {
  const [unread] = report({ managers: known([pod('cp1')]) }).findings;
  t.deepEqual(unread?.evidence, ['pod kube-system/kube-controller-manager-cp1: CrashLoopBackOff, restarted 7 times']);
  const [forbidden] = report({ managers: known([pod('cp1', {}, undefined, 'forbidden')]) }).findings;
  t.is(forbidden?.evidence[1], 'pod kube-system/kube-controller-manager-cp1: its log cannot be read: forbidden');
  const again = { waiting: undefined, running: true };
  const [running] = report({ managers: known([pod('cp1', again)]) }).findings;
  t.is(running?.evidence[0], 'pod kube-system/kube-controller-manager-cp1: ended with exit code 1, restarted 7 times');
  t.is(running?.remedy, 'kubectl -n kube-system logs kube-controller-manager-cp1 --previous');
});

test('the first replica whose log tells the cause gives the cure', (t) => {
  const managers = known([pod('cp1', {}, ['nothing']), pod('cp2', {}, ['leaderelection lost'])]);
  const [found] = report({ leader: known(leader(99_000)), managers }).findings;
  t.is(
    found?.message,
    'kube-controller-manager has not renewed its lease for 99 s: it lost its lease: it did not reach the API server or etcd in time',
  );
  t.is(found?.remedy, 'kubectl -n kube-system logs kube-controller-manager-cp1');
  t.is(found?.evidence.length, 5);
});
