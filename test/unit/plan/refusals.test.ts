import test from 'ava';
import { planReassign } from '../../../src/plan/reassign.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';
import { node, survey } from './support.ts';

function refusedWith(rest: Parameters<typeof node>[2], machinePaused = false): string | undefined {
  const given = survey([node('a', ['10.244.1.0/24'], rest)]);
  const plan = planReassign(given, readWishes(['a'], undefined), { machinePaused });
  return plan.refused[0]?.reason;
}

test('a finalizer refuses the move and its owner is named', (t) => {
  t.regex(refusedWith({ finalizers: ['karpenter.sh/termination'] }) ?? '', /karpenter\.sh\/termination.*terminate/);
  t.regex(refusedWith({ finalizers: ['example.com/own'] }) ?? '', /example\.com\/own/);
});

test('a Node that is being deleted is refused', (t) => {
  t.regex(refusedWith({ deleting: true }) ?? '', /deletionTimestamp/);
});

test('an etcd member of k3s or rke2 is refused', (t) => {
  t.regex(refusedWith({ labels: { 'node-role.kubernetes.io/etcd': 'true' } }) ?? '', /etcd member/);
  t.is(refusedWith({ labels: { 'node-role.kubernetes.io/etcd': 'false' } }), undefined);
});

for (const key of [
  'cluster.x-k8s.io/machine',
  'machine.openshift.io/machine',
  'node.machine.sapcloud.io/last-applied-anno-labels-taints',
]) {
  test(`a machine controller's annotation ${key} refuses until the operator attests that the machine is paused`, (t) => {
    t.regex(refusedWith({ annotations: { [key]: 'x' } }) ?? '', /--machine-paused/);
    t.is(refusedWith({ annotations: { [key]: 'x' } }, true), undefined);
  });
}

test('one refused node does not stop the others', (t) => {
  const given = survey([node('a', ['10.244.1.0/24'], { finalizers: ['x/y'] }), node('b', ['10.244.2.0/24'])]);
  const plan = planReassign(given, readWishes(['a', 'b'], undefined), { machinePaused: false });
  t.deepEqual(
    plan.moves.map((move) => move.node),
    ['b'],
  );
  t.deepEqual(
    plan.refused.map((refused) => refused.node),
    ['a'],
  );
});
