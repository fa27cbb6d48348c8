import { readFileSync } from 'node:fs';
import test from 'ava';
import { load } from 'js-yaml';
import { type CapacityArgs, runCapacity } from '../../../src/commands/capacity.ts';
import { Failure } from '../../../src/model/failure.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { fixture, testContext } from './support.ts';

const args = (more: Partial<CapacityArgs>): CapacityArgs => ({
  words: [],
  output: 'json',
  nodes: undefined,
  maxPods: undefined,
  compare: false,
  filenames: [],
  settings: {},
  connection: {},
  ...more,
});

async function capacity(more: Partial<CapacityArgs>) {
  const context = testContext();
  const code = await runCapacity(context, args(more));
  return { code, ...context.printed };
}

const ALL = { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '24', serviceClusterIPRange: '10.96.0.0/12' };
const DUAL = { clusterCIDR: '10.244.0.0/16,fd00:10:244::/56', nodeCIDRMaskSize: '24,64' };
const dump = (name: string) => [fixture(`checks/${name}.yaml`)];

test('settings that are all given are counted without a cluster', async (t) => {
  const { code, out, err } = await capacity({ settings: ALL, output: 'table' });
  t.is(code, 0);
  t.is(
    out,
    [
      'FAMILY   CLUSTER-CIDR    MASK   NODES   RESERVED   USED   FREE   PODS/NODE',
      'IPv4     10.244.0.0/16   /24    256     0          0      256    253',
      '',
    ].join('\n'),
  );
  t.is(err, 'all settings were given, so no cluster was asked: no subnet counts as used\nroom for 256 more nodes\n');
});

test('one setting that is not given sends us to the cluster', async (t) => {
  for (const missing of ['clusterCIDR', 'nodeCIDRMaskSize', 'serviceClusterIPRange']) {
    await t.throwsAsync(capacity({ settings: { ...ALL, [missing]: undefined } }), {
      message: /no cluster in this test/,
    });
  }
});

for (const [title, settings, nodes, hint] of [
  ['the service range', { ...ALL, serviceClusterIPRange: undefined }, undefined, '--service-cluster-ip-range'],
  ['two of them', { clusterCIDR: '10.244.0.0/16' }, undefined, '--node-cidr-mask-size and --service-cluster-ip-range'],
  ['none but it for --nodes', { clusterCIDR: '10.244.0.0/16' }, '9', '--service-cluster-ip-range'],
] as const) {
  test(`who gives settings and has no cluster is told what is missing: ${title}`, async (t) => {
    const failure = await t.throwsAsync(capacity({ settings, nodes }), { instanceOf: Failure });
    t.is((failure as Failure).hint, `without a cluster: give ${hint} too`);
  });
}

test('who gives none is told of the cluster alone', async (t) => {
  const failure = await t.throwsAsync(capacity({}), { instanceOf: Failure });
  t.is((failure as Failure).hint, undefined);
});

test('counts beyond 2^53 are exact decimal texts, and a power in the table', async (t) => {
  const settings = { ...ALL, ...DUAL };
  const report = JSON.parse((await capacity({ settings })).out);
  t.is(schemaErrors('capacity-report', report), '');
  t.is(report.families[1].podsPerNode, '18446744073709551613');
  t.deepEqual(load((await capacity({ settings, output: 'yaml' })).out), report);
  t.regex((await capacity({ settings, output: 'table' })).out, /\nIPv6 .* 2\^64\n$/);
});

test('a dump is counted with its nodes', async (t) => {
  const { out, err } = await capacity({ filenames: dump('PoolExhausted/raises') });
  const [family] = JSON.parse(out).families;
  t.deepEqual([family.nodesPossible, family.nodesUsed, family.nodesFree], [4, 4, 0]);
  t.is(err, 'room for no more node\n');
});

test('the family that ends first is named', async (t) => {
  const settings = { ...ALL, clusterCIDR: '10.244.0.0/16,fd00:10:244::/60', nodeCIDRMaskSize: '24,64' };
  t.regex(
    (await capacity({ settings })).err,
    /room for 16 more nodes: a node needs a subnet of each family, and IPv6 ends first/,
  );
});

test('--nodes answers with flags, and says when nothing must change', async (t) => {
  const { out } = await capacity({ settings: { ...ALL, nodeCIDRMaskSize: undefined }, nodes: '500' });
  const report = JSON.parse(out);
  t.is(schemaErrors('capacity-report', report), '');
  t.deepEqual(report.flags, ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=25']);
  t.is(report.families[0].nodesFree, 512);
  const held = await capacity({ filenames: dump('SubnetOutsideClusterCIDR/near-miss'), nodes: '3', maxPods: '200' });
  t.regex(held.err, /the settings of the cluster hold them already/);
  t.notRegex(held.err, /add --compare/);
  const kept = await capacity({ settings: ALL, nodes: '500' });
  t.deepEqual(JSON.parse(kept.out).flags, ['--cluster-cidr=10.244.0.0/15', '--node-cidr-mask-size=24']);
  const enough = await capacity({ settings: ALL, nodes: '256' });
  t.deepEqual(JSON.parse(enough.out).flags, ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24']);
  t.regex(enough.err, /the settings that were given hold them already/);
});

for (const [title, file, more, expected] of [
  [
    'both families grow, each with its own node mask',
    'healthy/kubeadm-flannel-dual-stack',
    { nodes: '1000' },
    ['--cluster-cidr=10.244.0.0/14,fd00:10:244::/54', '--node-cidr-mask-size-ipv4=24', '--node-cidr-mask-size-ipv6=64'],
  ],
  [
    'what has room is not made smaller',
    'healthy/kubeadm-flannel-vxlan',
    { nodes: '10' },
    ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24'],
  ],
  [
    'a node that holds the whole pool is one node',
    'checks/SubnetOverlap/raises',
    { nodes: '10' },
    ['--cluster-cidr=10.244.0.0/15', '--node-cidr-mask-size=24'],
  ],
  [
    'the remedy of PoolNearlyExhausted',
    'checks/PoolNearlyExhausted/raises',
    { nodes: '7', compare: true },
    ['--cluster-cidr=10.244.0.0/21', '--node-cidr-mask-size=24'],
  ],
] as const) {
  test(`--nodes keeps what there is: ${title}`, async (t) => {
    const { code, out } = await capacity({ filenames: [fixture(`${file}.yaml`)], ...more });
    const report = JSON.parse(out);
    t.deepEqual(report.flags, [...expected]);
    t.deepEqual(report.breaks, []);
    t.is(code, 0);
  });
}

test('--max-pods alone changes a node mask, and says whom it does not reach', async (t) => {
  const filenames = [fixture('healthy/kubeadm-flannel-vxlan.yaml')];
  const { out, err } = await capacity({ filenames, nodes: '10', maxPods: '300' });
  t.deepEqual(JSON.parse(out).flags, ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=23']);
  t.regex(err, /--max-pods needs subnets of \/23: nodes keep theirs of \/24 of IPv4 until they are moved/);
});

for (const [title, file, settings, code, breaks] of [
  [
    'a cluster CIDR elsewhere',
    'PoolExhausted/raises',
    { clusterCIDR: '10.250.0.0/16' },
    1,
    ['SubnetOutsideClusterCIDR'],
  ],
  ['a wider one', 'PoolExhausted/raises', { clusterCIDR: '10.244.0.0/16' }, 0, []],
  [
    'a longer node mask',
    'PoolExhausted/raises',
    { nodeCIDRMaskSize: '26' },
    1,
    ['SubnetMaskDiffers', 'SubnetTooSmall'],
  ],
  [
    'families that change places',
    'NodeMaskInvalid/near-miss',
    { clusterCIDR: 'fd00:10:244::/48,10.244.0.0/16' },
    1,
    ['SubnetOutsideClusterCIDR'],
  ],
  [
    'a family that goes',
    'NodeMaskInvalid/near-miss',
    { clusterCIDR: '10.244.0.0/16' },
    1,
    ['SubnetOutsideClusterCIDR'],
  ],
  [
    'a family that comes',
    'PoolExhausted/near-miss',
    { clusterCIDR: '10.244.0.0/22,fd00:10:244::/56' },
    1,
    ['SubnetFamilyMissing'],
  ],
  [
    'a service range over subnets',
    'PoolExhausted/near-miss',
    { serviceClusterIPRange: '10.244.1.0/24' },
    1,
    ['SubnetOverlapsServices', 'ClusterCIDROverlapsServices'],
  ],
  ['the same', 'PoolExhausted/raises', { clusterCIDR: '10.244.0.0/22' }, 0, []],
] as const) {
  test(`--compare says what would break: ${title}`, async (t) => {
    const compared = await capacity({ filenames: dump(file), settings, compare: true });
    const report = JSON.parse(compared.out);
    t.is(schemaErrors('capacity-report', report), '');
    t.deepEqual(
      report.breaks.map((one: { code: string }) => one.code),
      breaks,
    );
    t.is(compared.code, code);
  });
}

for (const [title, file, settings, expected] of [
  [
    "flannel's Network, kube-proxy and kubeadm are compared",
    'kubeadm-flannel-vxlan',
    { clusterCIDR: '10.240.0.0/12' },
    [
      ["error: flannel's Network 10.244.0.0/16 does not contain the cluster CIDR 10.240.0.0/12", []],
      ['warning: kube-proxy takes 10.244.0.0/16 for the cluster CIDR, which is 10.240.0.0/12', []],
      ['warning: kubeadm-config has podSubnet 10.244.0.0/16, not 10.240.0.0/12: the next upgrade brings it back', []],
    ],
  ],
  [
    'a family that flannel does not enable breaks nothing of flannel',
    'rke2-canal',
    { clusterCIDR: '10.42.0.0/16,fd00:42::/56' },
    [['warning: 3 nodes lack an IPv6 subnet that the cluster CIDR has', ['agent-1', 'agent-2', 'server-1']]],
  ],
  [
    'canal has a Network too',
    'rke2-canal',
    { clusterCIDR: '10.42.0.0/15' },
    [
      ["error: flannel's Network 10.42.0.0/16 does not contain the cluster CIDR 10.42.0.0/15", []],
      ['warning: the cluster CIDR 10.42.0.0/15 overlaps the service range 10.43.0.0/16', []],
    ],
  ],
  ['a cluster CIDR inside of the Network', 'kubeadm-flannel-host-gw', { clusterCIDR: '10.244.0.0/16' }, []],
  ['who hands out no subnets checks none', 'cilium-cluster-pool', { clusterCIDR: '10.32.0.0/12' }, []],
] as const) {
  test(`--compare: ${title}`, async (t) => {
    const { out } = await capacity({ filenames: [fixture(`healthy/${file}.yaml`)], settings, compare: true });
    t.deepEqual(
      JSON.parse(out).breaks.map(
        ({ severity, message, nodes }: { severity: string; message: string; nodes: string[] }) => [
          `${severity}: ${message}`,
          nodes,
        ],
      ),
      expected,
    );
  });
}

test('--compare says of each place why it hurts there, and of no other', async (t) => {
  const filenames = [fixture('healthy/kubeadm-flannel-vxlan.yaml')];
  const { out } = await capacity({ filenames, settings: { clusterCIDR: '10.240.0.0/12' }, compare: true });
  t.deepEqual(
    JSON.parse(out).breaks.map(({ harm }: { harm: string }) => harm.split(':')[0]),
    ['flannel', 'kube-proxy', 'kubeadm-config'],
  );
});

test('--compare: kube-controller-manager checks subnets that the CNI ignores', async (t) => {
  const text = readFileSync(fixture('healthy/cilium-cluster-pool.yaml'), 'utf8');
  const changed = text.replace(/^( +- )kube-controller-manager$/m, '$&\n$1--allocate-node-cidrs=true');
  t.not(changed, text);
  const context = testContext(changed);
  const settings = { clusterCIDR: '10.32.0.0/12' };
  t.is(await runCapacity(context, args({ filenames: ['-'], settings, compare: true })), 1);
  t.is(JSON.parse(context.printed.out).breaks[0].code, 'SubnetOutsideClusterCIDR');
});

test('--compare says what could not be compared', async (t) => {
  const { err } = await capacity({
    filenames: dump('PoolExhausted/raises'),
    settings: { clusterCIDR: '10.244.0.0/16' },
    compare: true,
  });
  t.regex(err, /^not judged: SubnetOutsideCNINetwork, ClusterCIDRMismatch \(the dump has no ConfigMap\)\n/);
});

test('--compare with --nodes compares the flags that it chooses', async (t) => {
  const { out } = await capacity({
    filenames: dump('PoolExhausted/raises'),
    nodes: '8',
    maxPods: '250',
    compare: true,
  });
  t.deepEqual(JSON.parse(out).flags, ['--cluster-cidr=10.244.0.0/21', '--node-cidr-mask-size=24']);
  t.deepEqual(JSON.parse(out).breaks, []);
});

for (const [more, expected] of [
  [{ words: ['worker-1'] }, /capacity takes no "worker-1"/],
  [{ nodes: '0' }, /--nodes "0" is no whole number from 1 on: write one like 500$/],
  [{ nodes: '1e3' }, /--nodes "1e3" is no whole number/],
  [{ nodes: '5', maxPods: '-1' }, /--max-pods "-1" is no whole number from 1 on: write one like 110$/],
  [{ maxPods: '110' }, /--max-pods goes with --nodes/],
  [{ compare: true }, /--compare needs the settings/],
  [{ settings: { ...ALL, nodeCIDRMaskSize: '12' } }, /shorter than the prefix of the cluster CIDR/],
  [
    { settings: { ...ALL, clusterCIDR: 'fd00::/40', nodeCIDRMaskSize: '64' } },
    /does not start: the node mask \/64 is 24 bits longer .* of IPv6 at most 16 are allowed/,
  ],
  [
    { filenames: [fixture('healthy/k3s.yaml')], nodes: '500' },
    /10\.42\.0\.0\/16 cannot grow until it holds 500 nodes .*: 10\.42\.0\.0\/15 overlaps the service range 10\.43\.0\.0\/16/,
  ],
  [
    { filenames: [fixture('healthy/gke.yaml')], nodes: '500', settings: { clusterCIDR: '10.4.0.0/14' } },
    /the node mask size is not known/,
  ],
  [
    { filenames: dump('NodeMaskInvalid/raises') },
    /does not start: the node mask \/64 is 24 bits longer than the prefix of the cluster CIDR fd00:10:200::\/40/,
  ],
] as const) {
  test(`bad input is one line, and nothing is on stdout: ${JSON.stringify(more)}`, async (t) => {
    const context = testContext();
    await t.throwsAsync(runCapacity(context, args(more as unknown as Partial<CapacityArgs>)), {
      instanceOf: Failure,
      message: expected,
    });
    t.is(context.printed.out, '');
  });
}
