import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { planReset } from '../../../src/plan/reset.ts';
import { node, survey } from './support.ts';

const UNATTESTED = { machinePaused: false };
const CONTROL_PLANE = { labels: { 'node-role.kubernetes.io/control-plane': '' } };
const X = ['10.244.1.0/24'];

test('a reset gives up the subnet, names who keeps it, and moves control-plane nodes last', (t) => {
  const plan = planReset(
    survey([node('cp', ['10.244.2.0/24'], CONTROL_PLANE), node('a', X), node('b', X), node('c', X)]),
    ['cp', 'a', 'b'],
    UNATTESTED,
  );
  t.deepEqual(
    plan.moves.map((move) => [move.node, move.method, move.from, move.to, move.survivors]),
    [
      ['a', 'reset', X, [], ['b', 'c']],
      ['b', 'reset', X, [], ['c']],
      ['cp', 'reset', ['10.244.2.0/24'], [], []],
    ],
  );
  t.is(plan.clusterUID, 'cluster-uid');
});

test('annotations that would bring the old subnet back are dropped', (t) => {
  const applied = JSON.stringify({ spec: { podCIDR: X[0], podCIDRs: X, unschedulable: true } });
  const annotations = {
    'kube-router.io/pod-cidr': '10.244.1.0/24',
    'kubectl.kubernetes.io/last-applied-configuration': applied,
  };
  const [move] = planReset(survey([node('a', X, { annotations })]), ['a'], UNATTESTED).moves;
  t.deepEqual(
    move?.annotations.map(({ key, to }) => [key, to]),
    [
      ['kube-router.io/pod-cidr', undefined],
      ['kubectl.kubernetes.io/last-applied-configuration', '{"spec":{"unschedulable":true}}\n'],
    ],
  );
});

test('a node without a subnet has nothing to reset, and one that must not be deleted is refused', (t) => {
  const { moves, refused } = planReset(
    survey([node('empty', []), node('held', X, { finalizers: ['x/y'] })]),
    ['empty', 'held'],
    UNATTESTED,
  );
  t.deepEqual(moves, []);
  t.regex(refused[0]?.reason ?? '', /^it has no subnet already; kube-controller-manager gives it one when/);
  t.regex(refused[1]?.reason ?? '', /finalizer/);
});

test('where nothing would be free a reset is refused; what the node gives up itself counts as free', (t) => {
  const settings = { clusterCIDRs: ['10.244.0.0/23'], masks: [24] };
  const own = survey([node('a', ['10.244.0.0/24']), node('b', X)], settings);
  t.deepEqual(planReset(own, ['a', 'b'], UNATTESTED).refused, []);
  const shared = survey([node('a', X), node('b', X), node('c', ['10.244.0.0/24'])], settings);
  t.deepEqual(planReset(shared, ['b'], UNATTESTED).refused, [
    { node: 'b', reason: 'no free /24 in 10.244.0.0/23 is left for kube-controller-manager to give' },
  ]);
});

test('an unknown node, and a kube-controller-manager that hands out none, are failures', (t) => {
  const given = survey([node('a', X)]);
  t.throws(() => planReset(given, ['ghost'], UNATTESTED), { instanceOf: Failure, message: /"ghost" not found/ });
  given.settings.allocateNodeCIDRs = { known: true, value: false, source: 'pod x --allocate-node-cidrs' };
  t.throws(() => planReset(given, ['a'], UNATTESTED), {
    instanceOf: Failure,
    message: /hands out no subnets: pod x --allocate-node-cidrs is not true/,
  });
});
