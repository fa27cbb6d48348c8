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
  ['010.1.1.0/24', /leading zeros.*10\.1\.1\.0/],
  ['10.244.1.5/24', /^has host bits, did you mean 10\.244\.1\.0\/24\?$/],
  ['10.244.0.0/12', /did you mean 10\.240\.0\.0\/12\?/],
  ['fd00::1/64', /did you mean fd00::\/64\?/],
  ['10.244.1.0/33', /longer than 32/],
  ['fd00::/129', /longer than 128/],
  ['1.2.3/24', /incomplete address/],
  ['10/8', /incomplete address/],
  ['256.1.1.0/24', /over 255/],
  ['/24', /no address/],
  ['10.244.1.0', /no prefix length: write it like 10\.244\.1\.0\/24/],
  ['10.244.1.0/', /no prefix length/],
  ['fd00::1', /no prefix length/],
  ['', /empty/],
  [' 10.244.1.0/24', /white space/],
  ['10.244.1.0/24\n', /white space/],
  ['10.244.1.0 /24', /white space/],
  ['fe80::%eth0/64', /zone id/],
  ['10.244.1.0/24/3', /more than one slash/],
  ['10.244.1.0/024', /leading zeros/],
  ['10.244.1.0/-1', /not a whole number/],
  ['10.244.1.0/1e1', /not a whole number/],
  ['10.244.1.0/0x18', /not a whole number/],
  ['10.244.1.0/255.255.255.0', /not a whole number/],
  ['10.244.1.0/99999999999999999999', /longer than 32/],
  ['::ffff:10.0.0.0/104', /IPv4 address written as IPv6/],
  ['fd00:::/64', /not an IPv6 address/],
  ['1:2:3:4:5:6:7:8:9/64', /not an IPv6 address/],
  ['1:2:3:4:5:6:7::8/128', /not an IPv6 address/],
  ['worker-1', /not an address/],
  ['0x0a.1.1.0/24', /not an address/],
] as const) {
  test(`a badly written subnet is refused with its reason: ${JSON.stringify(text)}`, (t) =>
    t.regex(reason(text), expected));
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
