import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { addressText, readAddress } from '../../../src/subnet/address.ts';
import { blockAt } from '../../../src/subnet/block.ts';

/** Python's ipaddress, an implementation that shares nothing with ours. */
function oracle(lines: string[]): string[] {
  const program = `
import sys, ipaddress
for line in sys.stdin.read().splitlines():
    family, value, prefix = line.split()
    a = ipaddress.IPv4Address(int(value)) if family == 'IPv4' else ipaddress.IPv6Address(int(value))
    n = (ipaddress.IPv4Network if a.version == 4 else ipaddress.IPv6Network)((int(a), int(prefix)), strict=False)
    text = str(a) if a.version == 4 or not a.ipv4_mapped else 'mapped'
    print(text, int(n.network_address), int(n.broadcast_address))`;
  return execFileSync('python3', ['-c', program], { input: lines.join('\n') })
    .toString()
    .trim()
    .split('\n');
}

const anyIPv4 = fc.tuple(fc.bigInt(0n, 2n ** 32n - 1n), fc.integer({ min: 0, max: 32 }));
/** Groups are often zero, so that `::` falls everywhere. */
const anyIPv6 = fc.tuple(
  fc
    .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
    .map((groups) => groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n)),
  fc.integer({ min: 0, max: 128 }),
);

test('addresses and blocks are those that an independent implementation computes', (t) => {
  const samples = [
    ...fc.sample(anyIPv4, 2000).map(([value, prefix]) => ({ family: 'IPv4', value, prefix }) as const),
    ...fc.sample(anyIPv6, 4000).map(([value, prefix]) => ({ family: 'IPv6', value, prefix }) as const),
  ];
  const answers = oracle(samples.map(({ family, value, prefix }) => `${family} ${value} ${prefix}`));
  for (const [index, { family, value, prefix }] of samples.entries()) {
    const [text = '', first, last] = (answers[index] ?? '').split(' ');
    const block = blockAt(family, value, prefix);
    t.deepEqual([String(block.first), String(block.last)], [first, last]);
    if (text === 'mapped') continue;
    if (addressText(family, value) !== text) t.is(addressText(family, value), text);
    t.deepEqual(readAddress(text), { family, value });
  }
});

test('an IPv4-mapped address is the IPv4 address, as in Kubernetes', (t) => {
  t.deepEqual(readAddress('::ffff:10.0.0.1'), { family: 'IPv4', value: 0x0a000001n });
});

for (const text of ['', 'node-1', '10.0.0', '10.0.0.1/32', 'fe80::1%eth0', ':::', '1::2::3', '12345::']) {
  test(`no address: ${JSON.stringify(text)}`, (t) => t.is(readAddress(text), undefined));
}
