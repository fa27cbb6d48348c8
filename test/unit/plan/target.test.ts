import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { planReassign } from '../../../src/plan/reassign.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';
import { node, survey } from './support.ts';

const UNATTESTED = { machinePaused: false };

test('a duplicate gets the highest free subnet, far from the next candidate of the range allocator', (t) => {
  const plan = planReassign(
    survey([node('a', ['10.244.1.0/24']), node('b', ['10.244.1.0/24']), node('top', ['10.244.255.0/24'])]),
    readWishes(['b'], undefined),
    UNATTESTED,
  );
  t.deepEqual(plan.moves[0]?.to, ['10.244.254.0/24']);
  t.deepEqual(plan.moves[0]?.survivors, ['a']);
  t.regex(plan.moves[0]?.reason ?? '', /10\.244\.1\.0\/24 is held by node a/);
});

test('two moves of one plan never get the same subnet', (t) => {
  const nodes = ['a', 'b', 'c'].map((name) => node(name, ['10.244.1.0/24']));
  const plan = planReassign(survey(nodes), readWishes(['b', 'c'], undefined), UNATTESTED);
  t.deepEqual(
    plan.moves.map(({ to }) => to[0]),
    ['10.244.255.0/24', '10.244.254.0/24'],
  );
});

test('free means free of node addresses and service ranges too', (t) => {
  const plan = planReassign(
    survey([node('a', ['10.244.1.0/24'], { addresses: [{ type: 'InternalIP', address: '10.244.255.7' }] })], {
      services: ['10.244.254.0/24'],
    }),
    readWishes(['a'], undefined),
    UNATTESTED,
  );
  t.deepEqual(plan.moves[0]?.to, ['10.244.253.0/24']);
});

test('a node without a subnet is patched, not deleted, whatever finalizers it has', (t) => {
  const plan = planReassign(survey([node('a', [], { finalizers: ['x/y'] })]), readWishes(['a'], undefined), UNATTESTED);
  t.is(plan.moves[0]?.method, 'patch');
  t.deepEqual(plan.moves[0]?.to, ['10.244.255.0/24']);
});

const DUAL = { clusterCIDRs: ['10.244.0.0/16', 'fd00:10::/48'], masks: [24, 64] };

test('reassign adds the family that a node lacks and leaves the other as it is', (t) => {
  const plan = planReassign(survey([node('a', ['10.244.1.0/24'])], DUAL), readWishes(['a'], undefined), UNATTESTED);
  t.deepEqual(plan.moves[0]?.to, ['10.244.1.0/24', 'fd00:10:0:ffff::/64']);
});

test('only the faulty family of a dual-stack node moves', (t) => {
  const plan = planReassign(
    survey([node('a', ['10.244.1.0/24', 'fd00:10:0:1::/64']), node('b', ['10.244.1.0/24', 'fd00:10:0:2::/64'])], DUAL),
    readWishes(['b'], undefined),
    UNATTESTED,
  );
  t.deepEqual(plan.moves[0]?.to, ['10.244.255.0/24', 'fd00:10:0:2::/64']);
});

test('a wish for one family keeps the other, in the order of the cluster CIDR', (t) => {
  const plan = planReassign(
    survey([node('a', ['10.244.1.0/24', 'fd00:10:0:1::/64'])], DUAL),
    readWishes(['a=fd00:10:0:9::/64'], undefined),
    UNATTESTED,
  );
  t.deepEqual(plan.moves[0]?.to, ['10.244.1.0/24', 'fd00:10:0:9::/64']);
});

for (const [what, wish, says] of [
  ['outside the cluster CIDR', '10.245.1.0/24', 'outside the cluster CIDR 10.244.0.0/16'],
  ['of another mask', '10.244.2.0/25', 'a /25; nodes of this cluster have a /24'],
  ['held by another node', '10.244.1.0/24', 'held by node twin'],
  ['overlapping the services', '10.244.96.0/24', 'overlaps 10.244.96.0/22 .the service range'],
  ['overlapping a node address', '10.244.50.0/24', 'InternalIP 10.244.50.1 of node twin'],
  ['of a family that the cluster lacks', 'fd00::/64', 'no IPv6 family'],
] as const) {
  test(`a subnet ${what} is refused in one line that says so`, (t) => {
    const nodes = [
      node('me', ['10.244.7.0/24']),
      node('twin', ['10.244.1.0/24'], { addresses: [{ type: 'InternalIP', address: '10.244.50.1' }] }),
    ];
    const given = survey(nodes, { services: ['10.244.96.0/22'] });
    t.throws(() => planReassign(given, readWishes([`me=${wish}`], undefined), UNATTESTED), {
      instanceOf: Failure,
      message: new RegExp(`me.*${says}`),
    });
  });
}

test('an unknown node is bad input, not a refusal', (t) => {
  t.throws(() => planReassign(survey([node('a', [])]), readWishes(['b'], undefined), UNATTESTED), {
    instanceOf: Failure,
    message: /"b" not found/,
  });
});

test('without a known cluster CIDR nothing is guessed: the flag that gives it is named', (t) => {
  const given = survey([node('a', ['10.244.1.0/24'])]);
  given.settings.clusterCIDRs = { known: false, reason: 'no kube-controller-manager pod was found' };
  const error = t.throws(() => planReassign(given, readWishes(['a'], undefined), UNATTESTED), { instanceOf: Failure });
  t.regex(error?.message ?? '', /no kube-controller-manager pod/);
  t.regex(error?.hint ?? '', /--cluster-cidr/);
});

test('an exhausted pool is said, not worked around', (t) => {
  const given = survey([node('a', ['10.244.0.0/25']), node('b', ['10.244.0.128/25'])], {
    clusterCIDRs: ['10.244.0.0/24'],
    masks: [25],
  });
  t.throws(() => planReassign(given, readWishes(['b'], undefined), UNATTESTED), { message: /no free \/25 is left/ });
});

const CONTROL_PLANE = { labels: { 'node-role.kubernetes.io/control-plane': '' } };

test('named nodes move in the order in which they are named, control-plane nodes last', (t) => {
  const given = survey([
    node('cp', ['10.244.1.0/24'], CONTROL_PLANE),
    node('a', ['10.244.2.0/24']),
    node('b', ['10.244.3.0/24']),
  ]);
  const { moves } = planReassign(given, readWishes(['cp', 'b', 'a'], undefined), UNATTESTED);
  t.deepEqual(
    moves.map((move) => move.node),
    ['b', 'a', 'cp'],
  );
});

test('a worker that is to have the subnet of a control-plane node waits for it', (t) => {
  const given = survey([node('cp', ['10.244.1.0/24'], CONTROL_PLANE), node('a', ['10.244.2.0/24'])]);
  const { moves } = planReassign(given, readWishes(['cp', 'a=10.244.1.0/24'], undefined), UNATTESTED);
  t.deepEqual(
    moves.map((move) => [move.node, ...move.to]),
    [
      ['cp', '10.244.255.0/24'],
      ['a', '10.244.1.0/24'],
    ],
  );
});
