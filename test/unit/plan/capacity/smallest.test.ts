import test from 'ava';
import fc from 'fast-check';
import type { Block } from '../../../../src/model/cidr.ts';
import { Failure } from '../../../../src/model/failure.ts';
import { poolFlags, smallestPools } from '../../../../src/plan/capacity/smallest.ts';
import { readSloppily } from '../../../../src/subnet/parse.ts';

const block = (text: string): Block => {
  const found = readSloppily(text);
  if (!found) throw new Error(text);
  return found;
};

const flags = (bases: string[], nodes: number, maxPods: number, services: string[] = [], masks: number[] = []) =>
  poolFlags(
    smallestPools(
      bases.map((base, at) => ({ base: block(base), mask: masks[at] })),
      services.map(block),
      { nodes, maxPods },
    ),
  ).join(' ');

for (const [title, found, expected] of [
  ['500 nodes', flags(['10.244.0.0/16'], 500, 110), '--cluster-cidr=10.244.0.0/16 --node-cidr-mask-size=25'],
  [
    '125 pods are the most of a /25',
    flags(['10.244.0.0/16'], 1, 125),
    '--cluster-cidr=10.244.0.0/25 --node-cidr-mask-size=25',
  ],
  ['126 pods need a /24', flags(['10.244.0.0/16'], 1, 126), '--cluster-cidr=10.244.0.0/24 --node-cidr-mask-size=24'],
  [
    'a node mask that is to stay',
    flags(['10.244.0.0/16'], 500, 110, [], [24]),
    '--cluster-cidr=10.244.0.0/15 --node-cidr-mask-size=24',
  ],
  [
    'it grows around its base',
    flags(['10.244.0.0/16'], 4096, 250),
    '--cluster-cidr=10.240.0.0/12 --node-cidr-mask-size=24',
  ],
  [
    'what the service range takes is added',
    flags(['10.244.0.0/16'], 256, 250, ['10.244.8.0/24']),
    '--cluster-cidr=10.244.0.0/15 --node-cidr-mask-size=24',
  ],
  [
    'two families have a flag each',
    flags(['10.244.0.0/16', 'fd00:10:244::/56'], 300, 110, [], [24, 64]),
    '--cluster-cidr=10.244.0.0/15,fd00:10:244::/55 --node-cidr-mask-size-ipv4=24 --node-cidr-mask-size-ipv6=64',
  ],
  [
    'IPv6 first',
    flags(['fd00:10:244::/56', '10.244.0.0/16'], 2, 5),
    '--cluster-cidr=fd00:10:244::/124,10.244.0.0/28 --node-cidr-mask-size-ipv6=125 --node-cidr-mask-size-ipv4=29',
  ],
] as const) {
  test(`the smallest flags that hold the demand: ${title}`, (t) => t.is(found, expected));
}

for (const [title, run, message] of [
  ['a node mask too long', () => flags(['10.244.0.0/16'], 9, 300, [], [24]), /\/24 holds fewer than 300 pods a node/],
  ['more than IPv4 has', () => flags(['10.244.0.0/16'], 2 ** 26, 110), /no IPv4 cluster CIDR holds 67108864 nodes/],
  ['more than 2^16 of IPv6', () => flags(['fd00::/48'], 65_537, 110), /holds 65537 nodes .* at most 2\^16 of IPv6/],
  ['more pods than a family has', () => flags(['10.244.0.0/16'], 1, 2 ** 33), /no IPv4 subnet holds 8589934592 pods/],
] as const) {
  test(`what no flags hold is refused: ${title}`, (t) => {
    t.throws(run, { instanceOf: Failure, message });
  });
}

test('one bit less, of the cluster CIDR or of a subnet, would not do', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom('10.244.0.0/16', 'fd00:10:244::/56'),
      fc.constantFrom([], ['10.244.128.0/17'], ['10.240.0.0/12'], ['fd00:10:244::/112']),
      (nodes, maxPods, base, services) => {
        const [pool] = smallestPools([{ base: block(base), mask: undefined }], services.map(block), { nodes, maxPods });
        if (!pool) return t.fail();
        const bits = pool.cluster.family === 'IPv4' ? 32 : 128;
        const addresses = 2 ** (bits - pool.mask);
        t.true(addresses >= maxPods + 3 && addresses / 2 < maxPods + 3);
        const free = (first: bigint, last: bigint) => {
          let number = 0;
          const size = BigInt(addresses);
          for (let at = first; at <= last; at += size) {
            if (
              !services
                .map(block)
                .some((one) => one.family === pool.cluster.family && one.first < at + size && at <= one.last)
            )
              number++;
          }
          return number;
        };
        const { first, last } = pool.cluster;
        // Half of it, where the base is.
        const middle = first + (last - first) / 2n;
        const inUpper = block(base).first > middle;
        t.true(free(first, last) >= nodes);
        if (last - first + 1n > BigInt(addresses))
          t.true((inUpper ? free(middle + 1n, last) : free(first, middle)) < nodes);
        return undefined;
      },
    ),
    { numRuns: 60 },
  );
});
