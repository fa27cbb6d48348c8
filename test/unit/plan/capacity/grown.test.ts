import test from 'ava';
import fc from 'fast-check';
import type { Block } from '../../../../src/model/cidr.ts';
import { Failure } from '../../../../src/model/failure.ts';
import type { SurveyNode } from '../../../../src/model/survey.ts';
import { countFamilies, type PoolSettings } from '../../../../src/plan/capacity/count.ts';
import { grownPools, wantedFree } from '../../../../src/plan/capacity/grown.ts';
import { poolFlags } from '../../../../src/plan/capacity/smallest.ts';
import { contains } from '../../../../src/subnet/block.ts';
import { readSloppily } from '../../../../src/subnet/parse.ts';
import { node } from '../support.ts';

const block = (text: string): Block => {
  const found = readSloppily(text);
  if (!found) throw new Error(text);
  return found;
};

interface Given {
  pools: [cluster: string, mask: number][];
  nodes: number;
  maxPods?: number;
  services?: string[];
  holders?: SurveyNode[];
}

const grown = ({ pools, nodes, maxPods, services = [], holders = [] }: Given) =>
  poolFlags(
    grownPools(
      pools.map(([cluster, mask]) => ({ cluster: block(cluster), mask })),
      { services: services.map(block), nodes: holders },
      { nodes, maxPods, fixed: maxPods === 1000 ? ['IPv4'] : [] },
    ),
  ).join(' ');

const V4: [string, number] = ['10.244.0.0/16', 24];
const flags = (cluster: string, mask = 24) => `--cluster-cidr=${cluster} --node-cidr-mask-size=${mask}`;

for (const [title, given, expected] of [
  ['what holds them stays', { pools: [V4], nodes: 256 }, flags('10.244.0.0/16')],
  ['one node more', { pools: [V4], nodes: 257 }, flags('10.244.0.0/15')],
  ['it grows downwards too', { pools: [['10.245.0.0/16', 24]], nodes: 257 }, flags('10.244.0.0/15')],
  [
    'a service range inside takes its part',
    { pools: [V4], nodes: 256, services: ['10.244.8.0/24'] },
    flags('10.244.0.0/15'),
  ],
  [
    'nodes that are there count as nodes',
    { pools: [V4], nodes: 256, holders: [node('a', ['10.244.1.0/24'])] },
    flags('10.244.0.0/16'),
  ],
  [
    'two that share a subnet need two',
    { pools: [V4], nodes: 256, holders: [node('a', ['10.244.1.0/24']), node('b', ['10.244.1.0/24'])] },
    flags('10.244.0.0/16'),
  ],
  [
    'one whose subnet is as large as many is one',
    { pools: [V4], nodes: 2, holders: [node('a', ['10.244.0.0/17'])] },
    flags('10.244.0.0/16'),
  ],
  [
    'and leaves no more than the rest',
    { pools: [V4], nodes: 130, holders: [node('a', ['10.244.0.0/17'])] },
    flags('10.244.0.0/15'),
  ],
  [
    'one outside has to move, and needs another',
    { pools: [V4], nodes: 256, holders: [node('a', ['10.9.0.0/24'])] },
    flags('10.244.0.0/16'),
  ],
  [
    'one under the service range too',
    { pools: [V4], nodes: 256, services: ['10.244.0.0/24'], holders: [node('a', ['10.244.0.0/24'])] },
    flags('10.244.0.0/15'),
  ],
  ['pods that the subnet holds', { pools: [V4], nodes: 9, maxPods: 253 }, flags('10.244.0.0/16')],
  ['pods that it does not', { pools: [V4], nodes: 129, maxPods: 254 }, flags('10.244.0.0/15', 23)],
  [
    'each family by itself',
    { pools: [V4, ['fd00:10:244::/60', 64]], nodes: 17, maxPods: 254 },
    '--cluster-cidr=10.244.0.0/16,fd00:10:244::/59 --node-cidr-mask-size-ipv4=23 --node-cidr-mask-size-ipv6=64',
  ],
] as [string, Given, string][]) {
  test(`settings grow as far as they must: ${title}`, (t) => t.is(grown(given), expected));
}

for (const [title, given, message] of [
  [
    'the service range beside it',
    { pools: [['10.42.0.0/16', 24]], nodes: 257, services: ['10.43.0.0/16'] },
    /10\.42\.0\.0\/16 cannot grow until it holds 257 nodes with subnets of \/24: 10\.42\.0\.0\/15 overlaps the service range 10\.43\.0\.0\/16/,
  ],
  [
    'the address of a node',
    {
      pools: [V4],
      nodes: 257,
      holders: [{ ...node('a', []), addresses: [{ type: 'InternalIP', address: '10.245.3.4' }] }],
    },
    /10\.244\.0\.0\/15 has InternalIP 10\.245\.3\.4 of node a/,
  ],
  [
    'the end of a private range',
    { pools: [['192.168.0.0/16', 24]], nodes: 257 },
    /192\.168\.0\.0\/15 is more than the private range 192\.168\.0\.0\/16/,
  ],
  ['more than IPv4 has', { pools: [['20.0.0.0/8', 8]], nodes: 257 }, /IPv4 has no more/],
  [
    'more than 2^16 of IPv6',
    { pools: [['fd00::/48', 64]], nodes: 65_537 },
    /fd00::\/48 cannot grow .*: kube-controller-manager counts at most 2\^16 of IPv6/,
  ],
  [
    'a node mask that was given is too long',
    { pools: [V4], nodes: 1, maxPods: 1000 },
    /\/24 holds fewer than 1000 pods a node/,
  ],
] as [string, Given, RegExp][]) {
  test(`what cannot be had is refused with what is in the way: ${title}`, (t) => {
    t.throws(() => grown(given), { instanceOf: Failure, message });
  });
}

/** A pool, with subnets of nodes in and beside it: larger, smaller, shared. */
const clusters = fc
  .constantFrom<{ base: string; family: 'IPv4' | 'IPv6'; mask: number }>(
    { base: '10.244.0.0', family: 'IPv4', mask: 24 },
    { base: '10.247.128.0', family: 'IPv4', mask: 26 },
    { base: 'fd00:10:244::', family: 'IPv6', mask: 64 },
  )
  .chain(({ base, family, mask }) => {
    const subnets = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -3, max: 2 })).map(([at, longer]) => {
        const size = 1n << BigInt((family === 'IPv4' ? 32 : 128) - mask);
        const { first } = block(`${base}/${mask}`);
        const address = first + BigInt(at) * size;
        const text =
          family === 'IPv4'
            ? [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.')
            : Array.from({ length: 8 }, (_, part) =>
                ((address >> BigInt(112 - 16 * part)) & 0xffffn).toString(16),
              ).join(':');
        return block(`${text}/${mask + longer}`).text;
      }),
      { maxLength: 12 },
    );
    return fc.record({
      pool: fc.integer({ min: 0, max: 6 }).map((bits) => ({ cluster: block(`${base}/${mask - bits}`), mask })),
      holders: subnets.map((texts) => texts.map((text, at) => node(`n${at}`, [text]))),
      services: fc.subarray(['10.244.3.0/24', '10.247.128.0/25', 'fd00:10:244:2::/112', '10.96.0.0/12']),
    });
  });

/** The one pool, or why there is none. */
function answerOf(ask: () => PoolSettings[]): PoolSettings | string {
  try {
    const [pool] = ask();
    return pool ?? 'none';
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

test('the answer contains what there is, keeps the node mask, and has room for all that were asked for', (t) => {
  fc.assert(
    fc.property(clusters, fc.integer({ min: 1, max: 400 }), ({ pool, holders, services: texts }, nodes) => {
      const services = texts.map(block);
      const around = { services, nodes: holders };
      const room = (cluster: Block) => {
        const [family] = countFamilies([{ cluster, mask: pool.mask }], services, holders);
        return (family?.nodesFree ?? -1n) >= wantedFree({ cluster, mask: pool.mask }, around, nodes);
      };
      const answer = answerOf(() => grownPools([pool], around, { nodes, maxPods: undefined, fixed: [] }));
      if (typeof answer === 'string') {
        t.regex(answer, /overlaps the service range/);
        t.false(room(pool.cluster));
        return;
      }
      t.true(contains(answer.cluster, pool.cluster));
      t.is(answer.mask, pool.mask);
      t.true(room(answer.cluster));
      // Nobody who has a proper subnet is counted twice: so many are there at most.
      const [family] = countFamilies([answer], services, holders);
      t.true((family?.nodesFree ?? 0n) + BigInt(holders.length) >= BigInt(nodes));
      const { prefix, text } = answer.cluster;
      if (prefix < pool.cluster.prefix) t.false(room(block(`${pool.cluster.text.split('/')[0]}/${prefix + 1}`)), text);
    }),
    { numRuns: 300 },
  );
});
