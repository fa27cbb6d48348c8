import { readFileSync } from 'node:fs';
import test from 'ava';
import { load } from 'js-yaml';
import { SUBNET_CODES } from '../../../src/checks/catalogue.ts';
import { type ListArgs, runList } from '../../../src/commands/list.ts';
import { Failure } from '../../../src/model/failure.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { fixture, testContext } from './support.ts';

const TWINS = fixture('checks/SubnetDuplicate/raises.yaml');

const args = (more: Partial<ListArgs> = {}): ListArgs => ({
  names: [],
  output: 'table',
  selector: undefined,
  sortBy: undefined,
  noHeaders: false,
  filenames: [TWINS],
  settings: {},
  connection: {},
  ...more,
});

async function list(more: Partial<ListArgs> = {}) {
  const context = testContext();
  const code = await runList(context, args(more));
  return { code, ...context.printed };
}

const names = async (more: Partial<ListArgs>) =>
  (await list({ output: 'name', ...more })).out
    .trim()
    .split('\n')
    .map((line) => line.replace('node/', ''));

test('list prints the table on stdout, its summary on stderr, and exits 0 whatever it found', async (t) => {
  const { code, out, err } = await list();
  t.is(code, 0);
  t.is(
    out,
    'NAME         POD-CIDR         STATUS            AGE\n' +
      'cp1          10.244.0.0/24    SubnetDuplicate   49d\n' +
      'worker-289   10.244.31.0/24   SubnetDuplicate   18d\n' +
      'worker-290   10.244.0.0/24    SubnetDuplicate   49d\n' +
      'worker-31    10.244.31.0/24   SubnetDuplicate   49d\n',
  );
  t.is(err, '4 nodes: 0 OK, 4 SubnetDuplicate\n');
});

test('the status of a node is right although its twin is not shown', async (t) => {
  t.regex(
    (await list({ names: ['worker-31'], noHeaders: true })).out,
    /^worker-31 +10\.244\.31\.0\/24 +SubnetDuplicate +49d\n$/,
  );
  t.regex((await list({ selector: 'node-role.kubernetes.io/control-plane' })).out, /\ncp1 .*SubnetDuplicate/);
});

test('nodes asked for by name come in the order asked, each once', async (t) => {
  t.deepEqual(await names({ names: ['worker-31', 'cp1', 'worker-31'] }), ['worker-31', 'cp1']);
});

test('a node may be named as -o name prints it, and by the short names of kubectl', async (t) => {
  t.deepEqual(await names({ names: ['node/worker-31', 'nodes/cp1', 'no/worker-289'] }), [
    'worker-31',
    'cp1',
    'worker-289',
  ]);
  const printed = (await list({ output: 'name' })).out.trim().split('\n');
  t.is((await list({ output: 'name', names: printed })).out.trim().split('\n').length, 4);
});

test('nodes without a subnet that are too young to be judged are counted, for their status is OK', async (t) => {
  const item = (name: string, creationTimestamp: string) => ({ kind: 'Node', metadata: { name, creationTimestamp } });
  const dump = [
    item('old', '2026-11-20T09:00:00Z'),
    item('a', '2026-11-20T10:00:00Z'),
    item('b', '2026-11-20T09:59:30Z'),
  ];
  const context = testContext(JSON.stringify(dump));
  await runList(context, args({ filenames: ['-'] }));
  t.regex(context.printed.err, /^3 nodes: 2 OK, 1 SubnetMissing, 2 younger than 60 s not judged\n/);
});

for (const [sortBy, expected] of [
  ['name', ['cp1', 'worker-289', 'worker-290', 'worker-31']],
  ['.metadata.name', ['cp1', 'worker-289', 'worker-290', 'worker-31']],
  ['pod-cidr', ['cp1', 'worker-290', 'worker-289', 'worker-31']],
  ['{.spec.podCIDR}', ['cp1', 'worker-290', 'worker-289', 'worker-31']],
  ['age', ['cp1', 'worker-290', 'worker-31', 'worker-289']],
  ['{.metadata.creationTimestamp}', ['cp1', 'worker-290', 'worker-31', 'worker-289']],
  ['STATUS', ['cp1', 'worker-289', 'worker-290', 'worker-31']],
] as const) {
  test(`--sort-by ${sortBy} orders the nodes`, async (t) => t.deepEqual(await names({ sortBy }), [...expected]));
}

test('subnets are sorted as numbers, and nodes without one come last', async (t) => {
  const sorted = await names({ sortBy: 'pod-cidr', filenames: [fixture('checks/SubnetMissing/raises.yaml')] });
  t.deepEqual(sorted, ['cp1', 'worker-1', 'worker-2', 'worker-3']);
  const services = await names({
    sortBy: 'pod-cidr',
    filenames: [fixture('checks/SubnetOverlapsServices/raises.yaml')],
  });
  t.deepEqual(services, ['cp1', 'worker-8', 'worker-11', 'worker-12']);
});

for (const [more, expected] of [
  [{ names: ['nope'] }, /^nodes "nope" not found$/],
  [{ names: ['nope', 'cp1', 'node/gone', 'nope'] }, /^nodes "nope", "gone" not found$/],
  [{ settings: { nodeCIDRMaskSize: 'abc' } }, /is not a prefix length of IPv4: write a whole number from 1 to 32/],
  [{ names: [''] }, /^resource name may not be empty$/],
  [{ names: ['node/'] }, /^resource name may not be empty$/],
  [{ names: ['cp1'], selector: 'a=b' }, /name cannot be provided when a selector is specified/],
  [{ sortBy: 'pod-cdir' }, /^--sort-by "pod-cdir" is none of name, pod-cidr, status, age; did you mean pod-cidr\?$/],
  [{ selector: '=x' }, /^selector "=x": /],
  [
    { settings: { clusterCIDR: '1.2.3/24' } },
    /^--cluster-cidr "1\.2\.3\/24" is not a subnet: it has an incomplete address/,
  ],
] as const) {
  test(`bad input is one line, and nothing is on stdout: ${JSON.stringify(more)}`, async (t) => {
    const context = testContext();
    await t.throwsAsync(runList(context, args(more as Partial<ListArgs>)), { instanceOf: Failure, message: expected });
    t.is(context.printed.out, '');
  });
}

test('a selector that picks nothing says so', async (t) => {
  t.like(await list({ selector: 'no=such' }), { code: 0, out: '', err: 'No resources found\n' });
});

test('JSON and YAML hold the same NodeSubnetList, as its schema says', async (t) => {
  const json = JSON.parse((await list({ output: 'json' })).out);
  t.is(schemaErrors('node-subnet-list', json), '');
  t.deepEqual(load((await list({ output: 'yaml' })).out), json);
  t.deepEqual(json.items[1], { name: 'worker-289', podCIDRs: ['10.244.31.0/24'], findings: ['SubnetDuplicate'] });
  t.deepEqual(json.skipped, []);
  t.deepEqual(JSON.parse((await list({ output: 'json', selector: 'no=such' })).out).items, []);
});

test('what was not judged, and why, is said in one line, and in the data', async (t) => {
  const filenames = [fixture('healthy/calico.yaml')];
  const why = 'calico gives pods addresses without spec.podCIDR';
  const { err } = await list({ filenames });
  t.is(err, `3 nodes: 3 OK\nnot judged: ${SUBNET_CODES.join(', ')} (${why})\n`);
  const json = JSON.parse((await list({ filenames, output: 'json' })).out);
  t.is(schemaErrors('node-subnet-list', json), '');
  t.deepEqual(
    json.skipped,
    SUBNET_CODES.map((code) => ({ code, reason: why })),
  );
});

test('a dump on standard input is read with -f -', async (t) => {
  const context = testContext(readFileSync(TWINS, 'utf8'));
  await runList(context, args({ filenames: ['-'], output: 'name' }));
  t.is(context.printed.out, 'node/cp1\nnode/worker-289\nnode/worker-290\nnode/worker-31\n');
});
