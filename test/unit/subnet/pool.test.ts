import test from 'ava';
import fc from 'fast-check';
import type { Block } from '../../../src/model/cidr.ts';
import { blockAt, compare, contains, equal, overlaps } from '../../../src/subnet/block.ts';
import { readSloppily } from '../../../src/subnet/parse.ts';
import { highestFree, outermost } from '../../../src/subnet/pool.ts';

const block = (text: string): Block => {
  const read = readSloppily(text);
  if (!read) throw new Error(text);
  return read;
};

/** Tries every candidate from the top, address by address: slow and plainly right. */
function naive(cluster: Block, prefix: number, taken: Block[]): string | undefined {
  const used = new Set<bigint>();
  for (const one of taken) for (let a = one.first; a <= one.last; a++) used.add(a);
  const bits = cluster.family === 'IPv4' ? 32 : 128;
  const size = 2n ** BigInt(bits - prefix);
  for (let first = cluster.last - size + 1n; first >= cluster.first; first -= size) {
    let free = true;
    for (let a = first; a < first + size; a++) free &&= !used.has(a);
    if (free) return blockAt(cluster.family, first, prefix).text;
  }
  return undefined;
}

for (const family of ['IPv4', 'IPv6'] as const) {
  test(`the highest free ${family} subnet is the one that trying them all finds`, (t) => {
    const base = family === 'IPv4' ? 0x0af40000n : 0xfd00n << 112n;
    const bits = family === 'IPv4' ? 32 : 128;
    const pools = fc.record({
      cluster: fc.integer({ min: 4, max: 8 }),
      prefix: fc.integer({ min: 0, max: 8 }),
      taken: fc.array(fc.tuple(fc.integer({ min: 0, max: 511 }), fc.integer({ min: 0, max: 9 })), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(pools, (pool) => {
        const cluster = blockAt(family, base, bits - pool.cluster);
        const prefix = Math.min(bits - pool.prefix, bits);
        const taken = pool.taken.map(([at, hostBits]) => blockAt(family, base + BigInt(at), bits - hostBits));
        const expected = prefix < cluster.prefix ? undefined : naive(cluster, prefix, taken);
        t.is(highestFree(cluster, prefix, taken)?.text, expected);
      }),
      { numRuns: 500 },
    );
  });
}

test('an exhausted cluster CIDR has no free subnet', (t) => {
  const taken = Array.from({ length: 256 }, (_, i) => block(`10.244.${i}.0/24`));
  t.is(highestFree(block('10.244.0.0/16'), 24, taken), undefined);
  t.is(highestFree(block('10.244.0.0/16'), 24, taken.slice(0, 255))?.text, '10.244.255.0/24');
});

test('subnets of the other family take nothing away', (t) => {
  t.is(highestFree(block('10.244.0.0/16'), 24, [block('::/0')])?.text, '10.244.255.0/24');
});

test('5,000 taken subnets at the top of an IPv6 /8 are jumped over', (t) => {
  const cluster = block('fd00::/8');
  const top = cluster.last >> 64n;
  const taken = Array.from({ length: 5000 }, (_, i) => blockAt('IPv6', (top - BigInt(i)) << 64n, 64));
  const free = highestFree(cluster, 64, taken);
  t.is(free?.first, (top - 5000n) << 64n);
});

test('blocks compare as sets of addresses do', (t) => {
  const anyBlock = fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 27, max: 32 }))
    .map(([at, prefix]) => blockAt('IPv4', BigInt(at), prefix));
  const members = (b: Block) =>
    new Set(Array.from({ length: Number(b.last - b.first) + 1 }, (_, i) => Number(b.first) + i));
  const inside = (y: Set<number>, x: Set<number>) => [...y].every((a) => x.has(a));
  fc.assert(
    fc.property(anyBlock, anyBlock, (a, b) => {
      const [x, y] = [members(a), members(b)];
      t.is(
        overlaps(a, b),
        [...x].some((a) => y.has(a)),
      );
      t.is(contains(a, b), inside(y, x));
      t.is(equal(a, b), x.size === y.size && inside(y, x));
      t.is(Math.sign(compare(a, b)), -Math.sign(compare(b, a)) + 0);
    }),
  );
});

test('the outermost blocks cover all and never overlap', (t) => {
  const found = outermost(['10.0.1.0/24', '10.0.0.0/16', '10.0.0.0/16', '10.1.0.0/24', 'fd00::/64'].map(block));
  t.deepEqual(
    found.map((b) => b.text),
    ['10.0.0.0/16', '10.1.0.0/24', 'fd00::/64'],
  );
});
