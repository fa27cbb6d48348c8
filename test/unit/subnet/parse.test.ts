import test from 'ava';
import fc from 'fast-check';
import { parseBlock, readSloppily } from '../../../src/subnet/parse.ts';

const reason = (text: string) => {
  const parsed = parseBlock(text);
  return parsed.ok ? `ok ${parsed.block.text}` : parsed.reason;
};

for (const [text, canonical] of [
  ['10.244.1.0/24', '10.244.1.0/24'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['255.255.255.255/32', '255.255.255.255/32'],
  ['10.240.0.0/12', '10.240.0.0/12'],
  ['FD00:10:0244::/64', 'fd00:10:244::/64'],
  ['fd00:0:0:1:0:0:0:0/64', 'fd00:0:0:1::/64'],
  ['::/0', '::/0'],
  ['64:ff9b::10.0.0.0/120', '64:ff9b::a00:0/120'],
] as const) {
  test(`a well-written subnet is read: ${text}`, (t) => t.is(reason(text), `ok ${canonical}`));
}

for (const [text, expected] of [
  ['010.1.1.0/24', 'it has leading zeros in its address, write 10.1.1.0/24'],
  ['10.244.1.5/24', 'it has host bits, did you mean 10.244.1.0/24?'],
  ['10.244.0.0/12', 'it has host bits, did you mean 10.240.0.0/12?'],
  ['fd00::1/64', 'it has host bits, did you mean fd00::/64?'],
  ['10.244.1.0/33', 'it has a prefix length over 32, the most that IPv4 has'],
  ['fd00::/129', 'it has a prefix length over 128, the most that IPv6 has'],
  ['10.244.1.0/99999999999999999999', 'it has a prefix length over 32, the most that IPv4 has'],
  ['1.2.3/24', 'it has an incomplete address: IPv4 has four numbers, write 1.2.3.0/24'],
  ['10/8', 'it has an incomplete address: IPv4 has four numbers, write 10.0.0.0/8'],
  ['10.244.1', 'it has an incomplete address: IPv4 has four numbers'],
  ['10.300.0.0/16', 'it has a number over 255 in its address: each part is 0 to 255'],
  ['/24', 'it has no address before the slash'],
  ['10.244.1.0', 'it has no prefix length, write it like 10.244.1.0/24'],
  ['10.244.1.0/', 'it has no prefix length, write it like 10.244.1.0/24'],
  ['fd00::1', 'it has no prefix length, write it like fd00::1/64'],
  ['', 'it is empty'],
  [' 10.244.1.0/24', 'it has white space in it, write 10.244.1.0/24'],
  ['10.244.1.0/24\n', 'it has white space in it, write 10.244.1.0/24'],
  ['10.244.1.0 /24', 'it has white space in it, write 10.244.1.0/24'],
  ['10 worker', 'it has white space in it'],
  ['fe80::%eth0/64', 'it has a zone id, write fe80::/64'],
  ['10.244.1.0/24/3', 'it has more than one slash'],
  ['10.244.1.0/024', 'it has a prefix length with leading zeros, write /24'],
  ['10.244.1.0/+24', 'it has a prefix length that is not a whole number from 0 to 32, write /24'],
  ['10.244.1.0/-1', 'it has a prefix length that is not a whole number from 0 to 32'],
  ['fd00::/1e1', 'it has a prefix length that is not a whole number from 0 to 128'],
  ['10.244.1.0/0x18', 'it has a prefix length that is not a whole number from 0 to 32'],
  ['10.244.1.0/255.255.255.0', 'it has a netmask in place of the prefix length, write /24'],
  ['10.244.1.0/255.0.255.0', 'it has a prefix length that is not a whole number from 0 to 32'],
  ['::ffff:10.0.0.0/104', 'it is an IPv4 address written as IPv6, write 10.0.0.0/8'],
  ['::ffff:10.0.0.0/64', 'it is an IPv4 address written as IPv6, write it as IPv4'],
  ['fd00:::/64', 'it is not an IPv6 address with a prefix length, write one like fd00:10:244::/64'],
  ['1:2:3:4:5:6:7:8:9/64', 'it is not an IPv6 address with a prefix length, write one like fd00:10:244::/64'],
  ['1:2:3:4:5:6:7::8/128', 'it is not an IPv6 address with a prefix length, write one like fd00:10:244::/64'],
  ['worker-1', 'it is not an address with a prefix length, write one like 10.244.1.0/24'],
  ['0x0a.1.1.0/24', 'it is not an address with a prefix length, write one like 10.244.1.0/24'],
] as const) {
  test(`a badly written subnet is refused in a full clause, with what would be right where it can be told: ${JSON.stringify(text)}`, (t) =>
    t.is(reason(text), expected));
}

for (const [text, canonical] of [
  ['010.244.001.000/24', '10.244.1.0/24'],
  ['10.244.0.0/12', '10.240.0.0/12'],
  ['10.244.1.0/024', '10.244.1.0/24'],
  ['fd00::5/64', 'fd00::/64'],
  ['::ffff:10.244.1.7/120', '10.244.1.0/24'],
] as const) {
  test(`text from the cluster is read as kube-controller-manager reads it: ${text}`, (t) =>
    t.is(readSloppily(text)?.text, canonical));
}

for (const text of [
  '10.244.1.0',
  '10.244.1/24',
  '10.244.1.0/33',
  '10.244.1.0/+8',
  '10.244.1.0/ 24',
  '',
  'fe80::1%e/64',
  'x/1',
]) {
  test(`text that kube-controller-manager refuses is refused: ${JSON.stringify(text)}`, (t) =>
    t.is(readSloppily(text), undefined));
}

test('no text makes the parsers throw, and what the strict one takes the sloppy one takes as the same block', (t) => {
  const texts = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9a-f:./%]{0,24}$/),
    fc.tuple(fc.ipV4(), fc.integer({ min: -2, max: 40 })).map(([ip, n]) => `${ip}/${n}`),
    fc.tuple(fc.ipV6(), fc.integer({ min: -2, max: 140 })).map(([ip, n]) => `${ip}/${n}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const strict = parseBlock(text);
      if (!strict.ok) return strict.reason.length > 0;
      const again = parseBlock(strict.block.text);
      return again.ok && again.block.text === strict.block.text && readSloppily(text)?.text === strict.block.text;
    }),
    { numRuns: 5000 },
  );
  t.pass();
});
