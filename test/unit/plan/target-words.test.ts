import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { surveyGround } from '../../../src/plan/ground.ts';
import { planReset } from '../../../src/plan/reset.ts';
import { chooseTarget, formerTarget } from '../../../src/plan/target.ts';
import { readableBlocks } from '../../../src/subnet/parse.ts';
import { node, survey } from './support.ts';

const DUAL = { clusterCIDRs: ['10.244.0.0/22', 'fd00::/62'], masks: [24, 64] };

const target = (podCIDRs: string[], wish?: string[], others: string[][] = []) => {
  const one = node('a', podCIDRs);
  const nodes = [one, ...others.map((texts, at) => node(`o${at}`, texts))];
  const { blocks, reason } = chooseTarget(one, wish && readableBlocks(wish), surveyGround(survey(nodes, DUAL)));
  return [...blocks.map(({ text }) => text), reason];
};

test('why a node moves is said family by family', (t) => {
  t.deepEqual(target([]), ['10.244.3.0/24', 'fd00:0:0:3::/64', 'no subnet; no subnet']);
  t.deepEqual(target(['10.244.1.0/24']), ['10.244.1.0/24', 'fd00:0:0:3::/64', 'no IPv6 subnet']);
  t.deepEqual(target(['fd00::/64']), ['10.244.3.0/24', 'fd00::/64', 'no IPv4 subnet']);
  t.deepEqual(target(['10.244.1.0/24', 'fd00::/64'], undefined, [['10.244.1.0/24', 'fd00::/64']]), [
    '10.244.3.0/24',
    'fd00:0:0:3::/64',
    '10.244.1.0/24 is held by node o0; fd00::/64 is held by node o0',
  ]);
  t.deepEqual(target(['10.244.1.0/24', 'fd00::/64']), ['10.244.3.0/24', 'fd00:0:0:3::/64', 'asked for']);
});

test('a wish keeps the other family, and says which one must come with it', (t) => {
  t.deepEqual(target(['10.244.1.0/24'], ['fd00:0:0:1::/64']), ['10.244.1.0/24', 'fd00:0:0:1::/64', 'asked for']);
  const fails = (podCIDRs: string[], wish: string[]) => {
    const error = t.throws(() => target(podCIDRs, wish, [['10.244.2.0/24']]), { instanceOf: Failure }) as Failure;
    return [error.message, error.hint];
  };
  t.deepEqual(fails([], ['fd00::/64']), [
    'a has no IPv4 subnet, and 10.244.0.0/22 comes first in the cluster CIDR',
    'give it one too: a=IPV4-CIDR,IPV6-CIDR',
  ]);
  t.deepEqual(fails([], ['10.244.2.0/24']), [
    'a cannot have 10.244.2.0/24: 10.244.2.0/24 is held by node o0',
    undefined,
  ]);
});

test('a lost node gets what it had, as far as it may have it, and the reason says what not', (t) => {
  const former = (podCIDRs: string[], ...others: string[][]) => {
    const nodes = others.map((texts, at) => node(`o${at}`, texts));
    const { blocks, reason } = formerTarget({ name: 'a', podCIDRs }, surveyGround(survey(nodes, DUAL)));
    return [...blocks.map(({ text }) => text), reason];
  };
  t.deepEqual(former(['10.244.1.0/24', 'fd00::/64']), ['10.244.1.0/24', 'fd00::/64', 'as it was']);
  t.deepEqual(former(['10.244.1.0/24', 'fd00::/64'], ['10.244.1.0/24'], ['fd00::/64']), [
    '10.244.3.0/24',
    'fd00:0:0:3::/64',
    '10.244.1.0/24 is held by node o0; fd00::/64 is held by node o1',
  ]);
});

test('a full cluster CIDR says so, with what may be done', (t) => {
  const all = ['0', '1', '2', '3'].map((at) => [`10.244.${at}.0/24`]);
  const error = t.throws(() => target([], undefined, all), { instanceOf: Failure }) as Failure;
  t.is(error.message, 'no free /24 is left in the cluster CIDR 10.244.0.0/22');
  t.is(error.hint, 'remove nodes that are gone, or widen the cluster CIDR');
});

test('each reset takes a subnet from what kube-controller-manager has left to give', (t) => {
  const nodes = ['a', 'b', 'c'].map((name) => node(name, ['10.244.0.0/24']));
  const made = planReset(survey(nodes, { clusterCIDRs: ['10.244.0.0/23'], masks: [24] }), ['a', 'b'], {
    machinePaused: false,
  });
  t.deepEqual(
    made.moves.map(({ node: name, reason }) => [name, reason]),
    [['a', 'asked for']],
  );
  t.deepEqual(made.refused, [
    { node: 'b', reason: 'no free /24 in 10.244.0.0/23 is left for kube-controller-manager to give' },
  ]);
});
