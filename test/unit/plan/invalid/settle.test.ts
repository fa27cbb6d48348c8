import test from 'ava';
import { losers } from '../../../../src/plan/invalid/settle.ts';
import type { Standing } from '../../../../src/plan/invalid/standing.ts';
import { readableBlocks } from '../../../../src/subnet/parse.ts';
import { node } from '../support.ts';
import { CONTROL_PLANE } from './world.ts';

const standing = (name: string, podCIDRs: string[], more = {}): Standing => {
  const blocks = readableBlocks(podCIDRs);
  return { node: node(name, podCIDRs, more), blocks, sound: blocks, faults: [] };
};

const v4 = (at: number) => `10.0.${at}.0/24`;
const v6 = (at: number) => `fd00:0:0:${at.toString(16)}::/64`;
const names = (contest: Standing[], pods: Record<string, number> = {}) =>
  losers(contest, new Map(Object.entries(pods)))
    .map(({ node: { name } }) => name)
    .sort();

/** n0 shares with n1, n1 with n2, and so on: one family and the other in turn. */
const chain = (length: number, more: Record<string, object> = {}) =>
  Array.from({ length }, (_, at) =>
    standing(`n${String(at).padStart(2, '0')}`, [v4(at + (at % 2)), v6(at + 1 - (at % 2))], more[at]),
  );

test('of a chain every second node moves, whichever way it is settled', (t) => {
  const odd = (length: number) => chain(length).filter((_, at) => at % 2 === 1).length;
  t.is(names(chain(7)).length, odd(7));
  t.is(names(chain(17)).length, odd(17));
  const long = names(chain(24));
  const kept = chain(24).filter(({ node: { name } }) => !long.includes(name));
  for (const one of kept)
    for (const other of kept) {
      if (one !== other) t.false(one.blocks.some(({ text }) => other.blocks.some((block) => block.text === text)));
    }
  t.true(long.length <= 13, `${long}`);
});

test('pods decide where as many would move either way', (t) => {
  const square = [
    standing('a', [v4(1), v6(1)]),
    standing('b', [v4(1), v6(2)]),
    standing('c', [v4(2), v6(2)]),
    standing('d', [v4(2), v6(1)]),
  ];
  t.deepEqual(names(square, { b: 5, d: 5 }), ['a', 'c']);
  t.deepEqual(names(square, { a: 5, c: 5 }), ['b', 'd']);
});

test('a control-plane node stays although more nodes must move for it, in a small contest and in a large one', (t) => {
  const star = (leaves: number) => [
    standing('hub', [v4(0), v6(0)], CONTROL_PLANE),
    ...Array.from({ length: leaves }, (_, at) =>
      standing(`l${at}`, at % 2 ? [v4(0), v6(at + 1)] : [v4(at + 1), v6(0)]),
    ),
  ];
  t.deepEqual(names(star(3)), ['l0', 'l1', 'l2']);
  t.is(names(star(22)).length, 22);
  t.false(names(star(22)).includes('hub'));
  const plain = star(22).map((one) => ({ ...one, node: { ...one.node, labels: {} } }));
  t.true(names(plain).includes('hub'), 'who shares with most moves first');
});

test('of many that share one subnet one keeps it', (t) => {
  const many = Array.from({ length: 30 }, (_, at) => standing(`n${at}`, [v4(0), v6(at)]));
  t.is(names(many, { n7: 3 }).length, 29);
  t.false(names(many, { n7: 3 }).includes('n7'));
});
