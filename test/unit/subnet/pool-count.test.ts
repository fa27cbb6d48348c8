import test from 'ava';
import fc from 'fast-check';
import type { Block, Family } from '../../../src/model/cidr.ts';
import { blockAt } from '../../../src/subnet/block.ts';
import { BITS } from '../../../src/subnet/family.ts';
import { readSloppily } from '../../../src/subnet/parse.ts';
import { countPool } from '../../../src/subnet/pool-count.ts';

const block = (text: string): Block => {
  const found = readSloppily(text);
  if (!found) throw new Error(text);
  return found;
};

const numbers = (cluster: string, mask: number, services: string[] = [], held: string[] = []) => {
  const { possible, reserved, used, free } = countPool(block(cluster), mask, services.map(block), held.map(block));
  return [possible, reserved, used, free].map(Number);
};

for (const [title, counted, expected] of [
  ['an empty pool', numbers('10.244.0.0/16', 24), [256, 0, 0, 256]],
  ['one subnet', numbers('10.244.0.0/24', 24), [1, 0, 0, 1]],
  ['twins take one subnet', numbers('10.244.0.0/16', 24, [], ['10.244.1.0/24', '10.244.1.0/24']), [256, 0, 1, 255]],
  ['a longer subnet takes a whole one', numbers('10.244.0.0/16', 24, [], ['10.244.1.64/26']), [256, 0, 1, 255]],
  ['a shorter subnet takes several', numbers('10.244.0.0/16', 24, [], ['10.244.4.0/22']), [256, 0, 4, 252]],
  ['one around the pool takes all', numbers('10.244.0.0/16', 24, [], ['10.0.0.0/8']), [256, 0, 256, 0]],
  ['one outside takes none', numbers('10.244.0.0/16', 24, [], ['10.245.0.0/24']), [256, 0, 0, 256]],
  ['the service range inside', numbers('10.244.0.0/16', 24, ['10.244.8.0/22']), [256, 4, 0, 252]],
  ['a service range smaller than a subnet', numbers('10.244.0.0/16', 24, ['10.244.8.0/27']), [256, 1, 0, 255]],
  ['a service range around the pool', numbers('10.96.5.0/24', 28, ['10.96.0.0/12']), [16, 16, 0, 0]],
  [
    'a node under the service range',
    numbers('10.244.0.0/16', 24, ['10.244.8.0/22'], ['10.244.9.0/24']),
    [256, 4, 0, 252],
  ],
  ['IPv6 at its limit', numbers('fd00:10:244::/48', 64, [], ['fd00:10:244:1::/64']), [65536, 0, 1, 65535]],
  ['IPv6 across the middle', numbers('fd00:10:244::/62', 66, ['fd00:10:244::/65']), [16, 2, 0, 14]],
  ['another family', numbers('fd00:10:244::/56', 64, ['10.96.0.0/12'], ['10.244.1.0/24']), [256, 0, 0, 256]],
] as const) {
  test(`what kube-controller-manager could hand out is counted: ${title}`, (t) => t.deepEqual(counted, [...expected]));
}

const anyBlocks = (family: Family, base: bigint, from: number) =>
  fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 1023 }), fc.integer({ min: from - 2, max: from + 10 }))
      .map(([at, prefix]) => blockAt(family, base + BigInt(at) * (1n << BigInt(BITS[family] - from - 10)), prefix)),
    { maxLength: 12 },
  );

for (const [family, base, from] of [
  ['IPv4', 0x0af40000n, 22],
  ['IPv6', 0xfd00_0010_0244_0000_0000_0000_0000_0000n, 60],
] as const) {
  test(`${family}: the counts are those of walking through every subnet of the pool`, (t) => {
    fc.assert(
      fc.property(
        anyBlocks(family, base, from),
        anyBlocks(family, base, from),
        fc.integer({ min: 0, max: 10 }),
        (services, held, bits) => {
          const cluster = blockAt(family, base, from);
          const mask = from + bits;
          const size = 1n << BigInt(BITS[family] - mask);
          let [reserved, used] = [0n, 0n];
          for (let first = cluster.first; first <= cluster.last; first += size) {
            const hit = (blocks: Block[]) => blocks.some((one) => one.first < first + size && first <= one.last);
            if (hit(services)) reserved++;
            else if (hit(held)) used++;
          }
          const possible = 1n << BigInt(bits);
          t.deepEqual(countPool(cluster, mask, services, held), {
            possible,
            reserved,
            used,
            free: possible - reserved - used,
          });
        },
      ),
      { numRuns: 200 },
    );
  });
}
