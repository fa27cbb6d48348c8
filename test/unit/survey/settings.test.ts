import test from 'ava';
import { readCommandLine } from '../../../src/model/command-line.ts';
import { Failure } from '../../../src/model/failure.ts';
import type { RawObject } from '../../../src/model/json.ts';
import type { ClusterSettings, SettingFlags } from '../../../src/model/settings.ts';
import { mergeSettings } from '../../../src/survey/settings/merge.ts';
import { settingWarnings } from '../../../src/survey/settings/warnings.ts';

const pod = (name: string, command: string[], args?: string[]): RawObject => ({
  kind: 'Pod',
  metadata: { name, namespace: 'kube-system', labels: { component: 'kube-controller-manager' } },
  spec: { containers: [{ name: 'kube-controller-manager', command, ...(args && { args }) }] },
  status: { phase: 'Running' },
});

const read = (flags: SettingFlags, ...pods: RawObject[]): ClusterSettings =>
  mergeSettings(flags, { known: true, value: pods, source: 'cluster' });

/** The settings in one line each, or their reasons. */
const brief = (settings: ClusterSettings) => ({
  clusters: settings.clusterCIDRs.known
    ? settings.clusterCIDRs.value.map(({ block }) => block.text).join(',')
    : settings.clusterCIDRs.reason,
  masks: settings.nodeMasks.known
    ? settings.nodeMasks.value.map(({ family, length }) => `${family}/${length}`).join(',')
    : settings.nodeMasks.reason,
  services: settings.serviceCIDRs.known
    ? settings.serviceCIDRs.value.map(({ text }) => text).join(',')
    : settings.serviceCIDRs.reason,
});

const KCM = 'kube-controller-manager';

test('settings are read from the pod, with the pod and the flag as their source', (t) => {
  const settings = read(
    {},
    pod('kcm-cp1', [KCM, '--allocate-node-cidrs=true', '--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=25']),
  );
  t.deepEqual(brief(settings), {
    clusters: '10.244.0.0/16',
    masks: 'IPv4/25',
    services: 'pod kube-system/kcm-cp1 has no --service-cluster-ip-range',
  });
  t.is(settings.clusterCIDRs.known && settings.clusterCIDRs.source, 'pod kube-system/kcm-cp1 --cluster-cidr');
  t.deepEqual(settings.allocateNodeCIDRs, {
    known: true,
    value: true,
    source: 'pod kube-system/kcm-cp1 --allocate-node-cidrs',
  });
});

test('a command line is read as kube-controller-manager reads it', (t) => {
  const flags = (...words: string[]) => Object.fromEntries(readCommandLine([KCM, ...words]));
  t.deepEqual(flags('--cluster-cidr=a', '--cluster-cidr', 'b'), { 'cluster-cidr': 'b' });
  t.deepEqual(flags('--cluster_cidr=a'), { 'cluster-cidr': 'a' });
  t.deepEqual(flags('--allocate-node-cidrs', '--v=2'), { 'allocate-node-cidrs': 'true', v: '2' });
  t.deepEqual(flags('--allocate-node-cidrs', 'false'), { 'allocate-node-cidrs': 'true' });
  t.deepEqual(flags('--', '--cluster-cidr=a'), {});
  t.deepEqual(flags('--x=', '-cluster-cidr=a', 'cluster-cidr=a'), { x: '' });
  t.deepEqual(flags('--feature-gates=A=true,B=false'), { 'feature-gates': 'A=true,B=false' });
});

test('flags in args count like flags in command, and the last one wins', (t) => {
  const settings = read({}, pod('kcm', [KCM, '--cluster-cidr=10.1.0.0/16'], ['--cluster-cidr', '10.2.0.0/16']));
  t.is(brief(settings).clusters, '10.2.0.0/16');
});

test("without flags the masks are kube-controller-manager's defaults, and the source says so", (t) => {
  const settings = read({}, pod('kcm', [KCM, '--cluster-cidr=fd00::/56,10.244.0.0/16']));
  t.is(brief(settings).masks, 'IPv6/64,IPv4/24');
  t.is(settings.nodeMasks.known && settings.nodeMasks.source, 'default of kube-controller-manager');
});

test('allocation is off where the pod lacks the flag', (t) => {
  t.like(read({}, pod('kcm', [KCM])).allocateNodeCIDRs, { known: true, value: false });
});

test('what is given on the command line beats the pod, flag by flag', (t) => {
  const kcm = pod('kcm', [
    KCM,
    '--cluster-cidr=10.244.0.0/16',
    '--node-cidr-mask-size-ipv4=26',
    '--service-cluster-ip-range=10.96.0.0/12',
  ]);
  t.deepEqual(brief(read({ clusterCIDR: '10.1.0.0/16' }, kcm)), {
    clusters: '10.1.0.0/16',
    masks: 'IPv4/26',
    services: '10.96.0.0/12',
  });
  t.is(brief(read({ nodeCIDRMaskSize: '25' }, kcm)).masks, 'IPv4/25');
  t.is(brief(read({ clusterCIDR: '10.1.0.0/16,fd00::/56', nodeCIDRMaskSize: '25,72' }, kcm)).masks, 'IPv4/25,IPv6/72');
});

test('replicas that disagree make the setting unknown, and the reason names both', (t) => {
  const settings = read(
    {},
    pod('kcm-1', [KCM, '--cluster-cidr=10.244.0.0/16']),
    pod('kcm-2', [KCM, '--cluster-cidr=10.244.0.0/12']),
  );
  t.is(
    brief(settings).clusters,
    "kube-controller-manager's replicas disagree on --cluster-cidr: pod kube-system/kcm-1 has 10.244.0.0/16, pod kube-system/kcm-2 has 10.244.0.0/12",
  );
});

test('a replica that is finished or being deleted has no say', (t) => {
  const dead = { ...pod('kcm-2', [KCM, '--cluster-cidr=10.9.0.0/16']), status: { phase: 'Failed' } };
  t.is(brief(read({}, dead, pod('kcm-1', [KCM, '--cluster-cidr=10.244.0.0/16']))).clusters, '10.244.0.0/16');
});

test('a cluster without the pod, or one that may not be read, is a reason and not a failure', (t) => {
  t.regex(brief(read({})).clusters, /no kube-controller-manager pod/);
  const forbidden = mergeSettings({}, { known: false, reason: 'pods is forbidden' });
  t.deepEqual(brief(forbidden), {
    clusters: 'pods is forbidden',
    masks: 'pods is forbidden',
    services: 'pods is forbidden',
  });
});

test('a setting of the cluster that nobody can use is a reason that names it', (t) => {
  const kcm = pod('kcm', [
    KCM,
    '--cluster-cidr=10.244.0.0/33',
    '--service-cluster-ip-range=x',
    '--allocate-node-cidrs=maybe',
  ]);
  const settings = read({}, kcm);
  t.regex(
    brief(settings).clusters,
    /^pod kube-system\/kcm --cluster-cidr=10\.244\.0\.0\/33 is not a subnet: it has a prefix length over 32/,
  );
  t.regex(brief(settings).services, /--service-cluster-ip-range=x is not a subnet: it is not an address/);
  t.false(settings.allocateNodeCIDRs.known);
});

test('a cluster CIDR with host bits is taken as kube-controller-manager takes it, and warned of', (t) => {
  for (const settings of [
    read({ clusterCIDR: '10.244.0.0/12' }),
    read({}, pod('kcm', [KCM, '--cluster-cidr=10.244.0.0/12'])),
  ]) {
    t.is(brief(settings).clusters, '10.240.0.0/12');
    t.like(settings.clusterCIDRs, { value: [{ written: '10.244.0.0/12', hostBits: true }] });
    t.regex(settingWarnings(settings)[0] ?? '', /10\.244\.0\.0\/12 has host bits: .* 10\.240\.0\.0\/12/);
  }
  t.deepEqual(settingWarnings(read({ clusterCIDR: '10.240.0.0/12' })), []);
});

const BAD: [SettingFlags, RegExp][] = [
  [{ clusterCIDR: '' }, /^--cluster-cidr "" is not a subnet: it is empty$/],
  [{ clusterCIDR: '010.1.1.0/24' }, /--cluster-cidr "010.1.1.0\/24" is not a subnet: it has leading zeros/],
  [{ clusterCIDR: '10.244.0.0' }, /it has no prefix length, write it like 10\.244\.0\.0\/24/],
  [{ clusterCIDR: '10.0.0.0/16,10.1.0.0/16' }, /two IPv4 blocks/],
  [
    { clusterCIDR: '10.0.0.0/16, fd00::/56' },
    /holds " fd00::\/56", which is not a subnet: it has white space in it, write fd00::\/56$/,
  ],
  [{ clusterCIDR: '10.0.0.0/16,' }, /holds "", which is not a subnet: it is empty$/],
  [{ nodeCIDRMaskSize: 'x' }, /--node-cidr-mask-size "x" is not a prefix length/],
  [{ nodeCIDRMaskSize: '024' }, /is not a prefix length/],
  [
    { nodeCIDRMaskSizeIPv4: '33' },
    /--node-cidr-mask-size-ipv4 "33" is not a prefix length of IPv4: write a whole number from 1 to 32/,
  ],
  [{ nodeCIDRMaskSizeIPv6: '129' }, /of IPv6/],
  [{ nodeCIDRMaskSizeIPv6: '64,64' }, /is not a prefix length of IPv6/],
  [{ nodeCIDRMaskSize: '64,64,64' }, /too many sizes: it takes one per family$/],
  [
    { clusterCIDR: '10.0.0.0/16', nodeCIDRMaskSize: '12' },
    /is shorter than the prefix of the cluster CIDR 10\.0\.0\.0\/16: it must be 16 to 32/,
  ],
  [
    { clusterCIDR: '10.0.0.0/16,fd00::/56', nodeCIDRMaskSize: '24' },
    /one size per family in the order of --cluster-cidr, like 24,64/,
  ],
  [{ clusterCIDR: '10.0.0.0/16', nodeCIDRMaskSize: '24,64' }, /write one size/],
  [{ serviceClusterIPRange: '10.96.0.1/12' }, /did you mean 10\.96\.0\.0\/12/],
  [{ serviceClusterIPRange: '10.96.0.0/12,10.0.0.0/16' }, /two IPv4 blocks/],
];

for (const [flags, expected] of BAD) {
  test(`a setting given wrongly is one line that names flag and value: ${JSON.stringify(flags)}`, (t) => {
    const error = t.throws(() => read(flags), { instanceOf: Failure, message: expected });
    t.notRegex(error.message, /\n/);
  });
}

for (const size of ['abc', '-1', '24.0', '024', '/24', '129']) {
  test(`a node mask that is no number is refused with the family of the cluster CIDR at its place: ${size}`, (t) => {
    const refused = (clusterCIDR: string | undefined, nodeCIDRMaskSize: string, expected: RegExp) =>
      t.throws(() => read({ clusterCIDR, nodeCIDRMaskSize }), { instanceOf: Failure, message: expected });
    refused('10.244.0.0/16', size, /is not a prefix length of IPv4: write a whole number from 1 to 32, like 24$/);
    refused('fd00::/56', size, /is not a prefix length of IPv6: write a whole number from 1 to 128, like 64$/);
    refused('fd00::/56,10.244.0.0/16', `64,${size}`, /is not a prefix length of IPv4/);
    refused('10.244.0.0/16,fd00::/56', `24,${size}`, /is not a prefix length of IPv6/);
    refused(undefined, size, /is not a prefix length: write a whole number like 24 for IPv4 .* or 64 for IPv6/);
  });
}

for (const [flags, message] of [
  [
    { nodeCIDRMaskSize: '24', nodeCIDRMaskSizeIPv4: '25' },
    '--node-cidr-mask-size-ipv4 "25" contradicts --node-cidr-mask-size "24": kube-controller-manager takes one of the two',
  ],
  [
    { clusterCIDR: '10.244.0.0/16,fd00::/56', nodeCIDRMaskSize: '24,64', nodeCIDRMaskSizeIPv6: '64' },
    '--node-cidr-mask-size-ipv6 "64" contradicts --node-cidr-mask-size "24,64": kube-controller-manager takes one of the two',
  ],
  [
    { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSizeIPv6: '64' },
    '--node-cidr-mask-size-ipv6 "64" does not fit --cluster-cidr 10.244.0.0/16, which has no IPv6',
  ],
  [
    { clusterCIDR: 'fd00::/56', nodeCIDRMaskSizeIPv4: '24' },
    '--node-cidr-mask-size-ipv4 "24" does not fit --cluster-cidr fd00::/56, which has no IPv4',
  ],
] as const) {
  test(`masks that kube-controller-manager refuses are refused, naming both flags: ${JSON.stringify(flags)}`, (t) => {
    t.throws(() => read(flags), { instanceOf: Failure, message });
  });
}

test('a cluster CIDR that is smaller than the node mask is refused, naming both', (t) => {
  const small = (kcm: RawObject) => read({ clusterCIDR: '10.244.0.0/30' }, kcm);
  t.throws(() => small(pod('kcm', [KCM])), {
    instanceOf: Failure,
    message:
      '--cluster-cidr "10.244.0.0/30" has no room for a node: 10.244.0.0/30 is smaller than the node mask /24 (default of kube-controller-manager); give a larger cluster CIDR, or 30 to 32 with --node-cidr-mask-size',
  });
  t.throws(() => small(pod('kcm', [KCM, '--node-cidr-mask-size=26'])), {
    instanceOf: Failure,
    message: /smaller than the node mask \/26 \(pod kube-system\/kcm --node-cidr-mask-size\)/,
  });
  t.regex(brief(read({}, pod('kcm', [KCM, '--cluster-cidr=10.244.0.0/30']))).masks, /has no room for a node/);
  t.is(brief(read({ clusterCIDR: '10.244.0.0/24' }, pod('kcm', [KCM]))).masks, 'IPv4/24');
});

test('the allocator is what kube-controller-manager names, RangeAllocator where it names none, and unknown without it', (t) => {
  const allocator = (...flags: string[]) => read({}, pod('kcm', [KCM, ...flags])).allocatorType;
  t.like(allocator('--cidr-allocator-type=CloudAllocator'), { known: true, value: 'CloudAllocator' });
  t.like(allocator(), { known: true, value: 'RangeAllocator' });
  t.false(read({}).allocatorType.known);
});
