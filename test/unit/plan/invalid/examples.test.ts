import test from 'ava';
import type { MovePlan } from '../../../../src/model/plan.ts';
import type { SurveyNode } from '../../../../src/model/survey.ts';
import { contenders, planInvalid } from '../../../../src/plan/invalid/invalid.ts';
import { node, survey } from '../support.ts';
import { ANY, CONTROL_PLANE, HELD, UNATTESTED } from './world.ts';

const plan = (nodes: SurveyNode[], pods?: Record<string, number>, settings?: Parameters<typeof survey>[1]): MovePlan =>
  planInvalid(survey(nodes, settings), pods && new Map(Object.entries(pods)), ANY);
const movers = ({ moves }: MovePlan) => moves.map((move) => move.node);
const targets = ({ moves }: MovePlan) => moves.map(({ node: name, to }) => [name, ...to]);

const X = ['10.244.1.0/24'];
const NONE_YOUNG = 1_000_000 - 60_000;

test('of two duplicates the one with fewer pods on the pod network moves', (t) => {
  t.deepEqual(movers(plan([node('a', X), node('b', X)], { a: 3, b: 7 })), ['a']);
  t.deepEqual(movers(plan([node('a', X), node('b', X)], { a: 7, b: 3 })), ['b']);
});

test('never a control-plane node if the other is not, whatever its pods and age', (t) => {
  const cp = node('cp', X, { ...CONTROL_PLANE, createdAt: 900 });
  t.deepEqual(movers(plan([cp, node('worker', X, { createdAt: 1 })], { cp: 0, worker: 90 })), ['worker']);
});

test('with equal pods the younger moves, and of equal ones the later by name', (t) => {
  t.deepEqual(movers(plan([node('a', X, { createdAt: 9 }), node('b', X, { createdAt: 1 })])), ['a']);
  t.deepEqual(movers(plan([node('b', X), node('a', X)], { a: 2, b: 2 })), ['b']);
});

test('a duplicate that must not be deleted is kept, and its twin moves although it has more pods', (t) => {
  const found = plan([node('held', X, HELD), node('twin', X)], { held: 0, twin: 50 });
  t.deepEqual(movers(found), ['twin']);
  t.deepEqual(found.refused, []);
});

test('where moving others does not help, a node that must not be deleted is refused and the others go on', (t) => {
  const found = plan([
    node('held-1', X, HELD),
    node('held-2', X, HELD),
    node('outside', ['10.9.0.0/24']),
    node('held-3', ['10.9.1.0/24'], HELD),
  ]);
  t.deepEqual(movers(found), ['outside']);
  t.deepEqual(
    found.refused.map((one) => one.node),
    ['held-1', 'held-2', 'held-3'],
  );
  t.regex(found.refused[0]?.reason ?? '', /finalizer/);
});

test('each kind of fault is cured and named in the reason; valid nodes stay', (t) => {
  const found = plan(
    [
      node('bits', ['10.244.9.5/24', 'fd00:10::/64']),
      node('empty', []),
      node('fine', ['10.244.20.0/24', 'fd00:10:0:20::/64']),
      node('lacks', ['10.244.21.0/24']),
      node('mask', ['10.244.22.0/25', 'fd00:10:0:22::/64']),
      node('order', ['fd00:10:0:23::/64', '10.244.23.0/24']),
      node('outside', ['10.9.0.0/24', 'fd00:10:0:24::/64']),
      node('services', ['10.244.96.0/24', 'fd00:10:0:25::/64']),
      node('twin', ['10.244.20.0/24', 'fd00:10:0:26::/64'], { createdAt: 5 }),
    ],
    undefined,
    { clusterCIDRs: ['10.244.0.0/16', 'fd00:10::/48'], masks: [24, 64], services: ['10.244.96.0/22'] },
  );
  t.deepEqual(
    found.moves.map(({ node: name, method, to, reason }) => [name, method, to.join(','), reason]),
    [
      [
        'bits',
        'recreate',
        '10.244.255.0/24,fd00:10::/64',
        '"10.244.9.5/24" is not a subnet: it has host bits, did you mean 10.244.9.0/24?',
      ],
      ['empty', 'patch', '10.244.254.0/24,fd00:10:0:ffff::/64', 'no subnet'],
      ['lacks', 'recreate', '10.244.21.0/24,fd00:10:0:fffe::/64', 'no IPv6 subnet'],
      [
        'mask',
        'recreate',
        '10.244.253.0/24,fd00:10:0:22::/64',
        '10.244.22.0/25 is a /25; nodes of this cluster have a /24 (--node-cidr-mask-size)',
      ],
      [
        'order',
        'recreate',
        '10.244.23.0/24,fd00:10:0:23::/64',
        'fd00:10:0:23::/64 stands at position 1, where the cluster CIDR has 10.244.0.0/16; 10.244.23.0/24 stands at position 2, where the cluster CIDR has fd00:10::/48',
      ],
      [
        'outside',
        'recreate',
        '10.244.252.0/24,fd00:10:0:24::/64',
        '10.9.0.0/24 is outside the cluster CIDR 10.244.0.0/16',
      ],
      [
        'services',
        'recreate',
        '10.244.251.0/24,fd00:10:0:25::/64',
        '10.244.96.0/24 overlaps 10.244.96.0/22 (the service range 10.244.96.0/22)',
      ],
      ['twin', 'recreate', '10.244.250.0/24,fd00:10:0:26::/64', '10.244.20.0/24 is held by node fine'],
    ],
  );
});

test('a node without a subnet that is virtual, too young or being deleted is left alone', (t) => {
  const found = plan([
    node('virtual', [], { labels: { type: 'virtual-kubelet' } }),
    node('young', [], { createdAt: NONE_YOUNG + 1 }),
    node('going', [], { deleting: true }),
    node('old', [], { createdAt: NONE_YOUNG }),
  ]);
  t.deepEqual(movers(found), ['old']);
  t.deepEqual(found.refused, []);
});

test('one move cures a dual-stack node that shares one subnet with each of two others', (t) => {
  const dual = { clusterCIDRs: ['10.244.0.0/16', 'fd00:10::/48'], masks: [24, 64] };
  const found = plan(
    [
      node('a', ['10.244.1.0/24', 'fd00:10:0:1::/64'], { createdAt: 9 }),
      node('both', ['10.244.1.0/24', 'fd00:10:0:2::/64'], { createdAt: 0 }),
      node('c', ['10.244.3.0/24', 'fd00:10:0:2::/64'], { createdAt: 9 }),
    ],
    { both: 99 },
    dual,
  );
  t.deepEqual(targets(found), [['both', '10.244.255.0/24', 'fd00:10:0:ffff::/64']]);
});

test('in a full pool a node that holds too much takes a subnet inside its own block, and the rest is free for the others', (t) => {
  const found = plan(
    [node('big', ['10.244.0.0/16']), node('a', ['10.244.1.0/24']), node('b', ['10.244.1.0/24']), node('empty', [])],
    undefined,
  );
  t.deepEqual(targets(found), [
    ['big', '10.244.255.0/24'],
    ['empty', '10.244.254.0/24'],
    ['b', '10.244.253.0/24'],
  ]);
});

test('a control-plane node goes before the workers only where they wait for what it gives up', (t) => {
  const big = node('cp', ['10.244.0.0/16'], CONTROL_PLANE);
  t.deepEqual(movers(plan([big, node('a', [])])), ['cp', 'a']);
  t.deepEqual(movers(plan([node('cp', ['10.244.0.0/20'], CONTROL_PLANE), node('a', [])])), ['a', 'cp']);
});

test('where no order of the moves frees a subnet, the node is refused and says so', (t) => {
  const settings = { clusterCIDRs: ['10.244.0.0/23'], masks: [24] };
  const found = plan(
    [node('a', ['10.244.0.0/24']), node('b', ['10.244.0.0/24']), node('c', []), node('d', [])],
    undefined,
    settings,
  );
  t.deepEqual(targets(found), [['b', '10.244.1.0/24']]);
  t.deepEqual(found.refused, [
    {
      node: 'c',
      reason:
        'no free /24 is left in the cluster CIDR 10.244.0.0/23, and no order of the moves was found that frees one',
    },
    {
      node: 'd',
      reason:
        'no free /24 is left in the cluster CIDR 10.244.0.0/23, and no order of the moves was found that frees one',
    },
  ]);
});

test('only chosen nodes move; pods are asked for only where there is a choice', (t) => {
  const given = survey([node('a', X), node('b', X), node('c', X), node('outside', ['10.9.0.0/24'])]);
  const chosen = new Set(['a', 'c', 'outside']);
  t.deepEqual(movers(planInvalid(given, undefined, { chosen, judgement: UNATTESTED })), ['a', 'c', 'outside']);
  t.deepEqual(contenders(given, { chosen, judgement: UNATTESTED }), []);
  t.deepEqual(contenders(given, ANY), ['a', 'b', 'c']);
});

test('a healthy cluster has no moves', (t) => {
  const found = plan([node('a', ['10.244.1.0/24']), node('b', ['10.244.2.0/24'])]);
  t.deepEqual([found.moves, found.refused, found.unchanged], [[], [], []]);
});

test('survivors are those who hold the subnet when the turn comes', (t) => {
  const found = plan([node('a', X), node('b', X), node('c', X)]);
  t.deepEqual(
    found.moves.map(({ node: name, survivors }) => [name, survivors]),
    [
      ['b', ['a', 'c']],
      ['c', ['a']],
    ],
  );
});
