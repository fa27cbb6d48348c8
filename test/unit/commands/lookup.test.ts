import test from 'ava';
import { load } from 'js-yaml';
import { type LookupArgs, runLookup } from '../../../src/commands/lookup.ts';
import { Failure } from '../../../src/model/failure.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { fixture, testContext } from './support.ts';

const args = (file: string, words: string[], more: Partial<LookupArgs> = {}): LookupArgs => ({
  words,
  output: 'json',
  filenames: [fixture(`checks/${file}.yaml`)],
  settings: {},
  connection: {},
  ...more,
});

async function lookup(file: string, words: string[], more: Partial<LookupArgs> = {}) {
  const context = testContext();
  const code = await runLookup(context, args(file, words, more));
  return { code, ...context.printed };
}

async function answers(file: string, word: string, more: Partial<LookupArgs> = {}) {
  const { code, out } = await lookup(file, [word], more);
  const document = JSON.parse(out);
  const [item] = document.items;
  return { code, errors: schemaErrors('lookup-report', document), ...item };
}

const CROWD = 'SubnetNearlyFull/near-miss';

for (const [title, file, word, code, kinds] of [
  ['a pod and its node', CROWD, '10.244.0.18', 0, ['node worker-1', 'pod worker-1']],
  ['an address of a node’s subnet that no pod has', CROWD, '10.244.0.30', 0, ['node worker-1']],
  ['a pod that is finished has its address no more', CROWD, '10.244.0.29', 0, ['node worker-1']],
  ['a node’s own address, not the pods on the host network', CROWD, '192.168.0.2', 0, ['nodeAddress worker-1']],
  ['a subnet', CROWD, '10.244.0.0/28', 0, ['node cp1']],
  ['a subnet around several nodes', 'PoolExhausted/near-miss', '10.244.0.0/23', 0, ['node cp1', 'node worker-1']],
  ['a part of a subnet', 'PoolExhausted/near-miss', '10.244.2.128/25', 0, ['node worker-2']],
  ['a service address', CROWD, '10.96.0.1', 0, ['serviceRange ']],
  ['twins', 'SubnetDuplicate/raises', '10.244.31.7', 1, ['node worker-289', 'node worker-31']],
  ['the second family', 'NodeMaskInvalid/near-miss', 'FD00:10:244:1:0::5', 0, ['node worker-1']],
  ['what is free', 'PoolExhausted/near-miss', '10.244.3.9', 1, ['free ']],
  ['what is outside', 'PoolExhausted/near-miss', '10.245.3.9', 1, ['outside ']],
  ['a family that the cluster lacks', 'PoolExhausted/near-miss', 'fd00::1', 1, ['outside ']],
] as const) {
  test(`an address is told whose it is: ${title}`, async (t) => {
    const found = await answers(file, word);
    t.deepEqual(
      found.answers.map(({ kind, node = '' }: { kind: string; node?: string }) => `${kind} ${node}`),
      kinds,
    );
    t.is(found.code, code);
    t.is(found.errors, '');
  });
}

test('twins are said to answer both', async (t) => {
  const { out, err } = await lookup('SubnetDuplicate/raises', ['10.244.31.7'], { output: 'table' });
  t.is(
    out,
    [
      'ADDRESS       IS            NAME         NODE         RANGE',
      '10.244.31.7   node subnet   worker-289   worker-289   10.244.31.0/24',
      '10.244.31.7   node subnet   worker-31    worker-31    10.244.31.0/24',
      '',
    ].join('\n'),
  );
  t.regex(err, /^10\.244\.31\.7: 2 nodes answer in 10\.244\.31\.0\/24: worker-289, worker-31$/m);
});

test('who asks for a node is told who answers that', async (t) => {
  const failure = await t.throwsAsync(lookup(CROWD, ['worker-1']), { instanceOf: Failure });
  t.is((failure as Failure).hint, 'if it is a node: kubectl podcidr list worker-1');
});

test('the table names the node of an address, and which of its addresses it is', async (t) => {
  const { out } = await lookup(CROWD, ['192.168.0.2'], { output: 'table' });
  t.regex(out, /\n192\.168\.0\.2 +node address \(InternalIP\) +worker-1 +worker-1 +192\.168\.0\.2\n/);
});

test('a free address names the subnet that a node could get', async (t) => {
  t.deepEqual((await answers('PoolExhausted/near-miss', '10.244.3.9')).answers, [
    { kind: 'free', range: '10.244.3.0/24' },
  ]);
});

test('a subnet that the service range touches is free for nobody', async (t) => {
  const settings = { serviceClusterIPRange: '10.244.3.0/28' };
  t.deepEqual((await answers('PoolExhausted/near-miss', '10.244.3.200', { settings })).answers, [
    { kind: 'serviceRange', range: '10.244.3.0/28' },
  ]);
});

test('a node address and a service range inside a node subnet are conflicts', async (t) => {
  const address = await answers('SubnetOverlapsNodeAddress/raises', '10.244.1.77');
  t.is(address.code, 1);
  t.deepEqual(address.conflicts, [
    'InternalIP 10.244.1.77 of node worker-2 and the subnet 10.244.1.0/24 of node worker-1 overlap',
  ]);
  const inRange = await answers('SubnetOverlapsServices/raises', '10.244.8.9');
  t.is(inRange.code, 1);
  t.deepEqual(inRange.conflicts, [
    'the service range 10.244.8.0/22 and the subnet 10.244.8.0/24 of node worker-8 overlap',
  ]);
});

test('one unclear address makes the exit code 1, and the document is the same in YAML', async (t) => {
  const words = ['10.244.0.18', '10.244.0.0/28', '10.99.0.1', '10.200.0.0/24'];
  const { code, out } = await lookup(CROWD, words);
  t.is(code, 1);
  t.deepEqual(load((await lookup(CROWD, words, { output: 'yaml' })).out), JSON.parse(out));
  t.deepEqual(
    JSON.parse(out).items.map(({ address }: { address: string }) => address),
    ['10.244.0.18', '10.244.0.0/28', '10.99.0.1', '10.200.0.0/24'],
  );
});

test('what is not known is said, and nobody is accused', async (t) => {
  const { code, out, err } = await lookup('SubnetMaskDiffers/near-miss', ['10.9.9.9'], { output: 'table' });
  t.is(code, 1);
  t.regex(out, /\n10\.9\.9\.9 +(nobody|outside the cluster CIDR)/);
  t.regex(err, /the service range is not known: .*; give it with --service-cluster-ip-range/);
});

for (const [words, expected] of [
  [[], /^lookup needs an address or a subnet$/],
  [['worker-1'], /^"worker-1" is neither an address nor a subnet$/],
  [['10.244.1.x'], /is neither an address nor a subnet: it is not an address$/],
  [['10.244.1.300'], /it has a number over 255/],
  [['10.244.1.7/24'], /it has host bits, did you mean 10\.244\.1\.0\/24\?/],
  [['10.244.31'], /an IPv4 address has four numbers; for the subnet write 10\.244\.31\.0\/24$/],
  [['10.'], /for the subnet write 10\.0\.0\.0\/8$/],
  [['300.1'], /it has an incomplete address: IPv4 has four numbers$/],
  [['010.1.1.1'], /leading zeros in its address, write 10\.1\.1\.1$/],
  [['fe80::1%eth0'], /zone id/],
  [['::ffff:10.1.1.1'], /an IPv4 address written as IPv6/],
  [[''], /^"" is neither an address nor a subnet: it is empty$/],
] as const) {
  test(`bad input is one line, and nothing is on stdout: ${JSON.stringify(words)}`, async (t) => {
    const context = testContext();
    await t.throwsAsync(runLookup(context, args(CROWD, [...words])), { instanceOf: Failure, message: expected });
    t.is(context.printed.out, '');
  });
}
