import test from 'ava';
import { surveyGround } from '../../../src/plan/ground.ts';
import { areOfPools, freeSubnets, isFree, retarget } from '../../../src/plan/retarget.ts';
import { node, survey } from './support.ts';

const SETTINGS = {
  clusterCIDRs: ['10.244.0.0/22', 'fd00::/62'],
  masks: [24, 64],
  services: ['10.244.3.0/26'],
};

const ground = surveyGround(
  survey([node('x', [], { addresses: [{ type: 'InternalIP', address: '10.244.2.9' }] })], SETTINGS),
);

const now = (subnets: Record<string, string[]>) => new Map(Object.entries(subnets));

const ask = (to: string[], current: Record<string, string[]>, more: { from?: string[]; reserved?: string[] } = {}) =>
  retarget({ node: 'a', from: more.from ?? [], to, reserved: more.reserved ?? [] }, ground, now(current));

test('a subnet that is still free is not looked at again, whoever the node itself is', (t) => {
  t.deepEqual(ask(['10.244.1.0/24'], { a: ['10.244.1.0/24'], b: ['10.244.0.0/24'] }), ['10.244.1.0/24']);
});

test('what somebody took meanwhile is replaced by the highest free one, family by family', (t) => {
  t.deepEqual(ask(['10.244.1.0/24', 'fd00:0:0:3::/64'], { b: ['10.244.1.128/25', 'fd00:0:0:3::/64'] }), [
    '10.244.0.0/24',
    'fd00:0:0:2::/64',
  ]);
});

test('service ranges and node addresses are never given, though they were planned', (t) => {
  t.deepEqual(ask(['10.244.3.0/24'], {}), ['10.244.1.0/24']);
  t.deepEqual(ask(['10.244.2.0/24'], {}), ['10.244.1.0/24']);
});

test('what later moves are to have, and what the node had, is not given', (t) => {
  t.deepEqual(ask(['10.244.0.0/24'], { b: ['10.244.0.0/24'] }, { reserved: ['10.244.1.0/24'] }), undefined);
  t.deepEqual(ask(['10.244.0.0/24'], { b: ['10.244.0.0/24'] }, { from: ['10.244.1.0/24'] }), undefined);
});

test('what the node keeps is not judged again, and what cannot be read stays', (t) => {
  t.deepEqual(ask(['10.244.1.0/24'], { b: ['10.244.1.0/24'] }, { from: ['10.244.1.0/24'] }), ['10.244.1.0/24']);
  t.deepEqual(ask(['x'], { b: ['10.244.1.0/24'] }), ['x']);
});

test('without a free one there is no answer', (t) => {
  const current = { b: ['10.244.0.0/24'], c: ['10.244.1.0/24'] };
  t.is(ask(['10.244.1.0/24', 'fd00::/64'], current), undefined);
  t.is(freeSubnets('a', ground, now(current), []), undefined);
});

test('subnets are free unless another node overlaps one of them; none at all is not free', (t) => {
  const current = now({ a: ['10.244.1.0/24'], b: ['10.244.0.0/24'] });
  t.true(isFree('a', ['10.244.1.0/24', 'fd00::/64'], current));
  t.false(isFree('a', ['fd00::/64', '10.244.0.128/25'], current));
  t.false(isFree('a', [], current));
});

test('a free subnet of each family is the highest that nobody holds or is to have', (t) => {
  t.deepEqual(freeSubnets('a', ground, now({ a: ['10.244.1.0/24'] }), []), ['10.244.1.0/24', 'fd00:0:0:3::/64']);
  t.deepEqual(freeSubnets('a', ground, now({ b: ['10.244.1.0/24'] }), ['fd00:0:0:3::/64']), [
    '10.244.0.0/24',
    'fd00:0:0:2::/64',
  ]);
});

test('what the range allocator hands out is one of its blocks of each family, with its mask', (t) => {
  t.true(areOfPools(['10.244.1.0/24', 'fd00:0:0:1::/64'], ground));
  for (const other of [
    ['10.244.1.0/24'],
    ['10.99.5.0/24', 'fd00:0:0:1::/64'],
    ['10.244.1.0/25', 'fd00:0:0:1::/64'],
    ['10.244.0.0/22', 'fd00:0:0:1::/64'],
    [],
  ]) {
    t.false(areOfPools(other, ground), other.join(','));
  }
});
