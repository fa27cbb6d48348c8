import test from 'ava';
import type { RawObject } from '../../../src/model/json.ts';
import type { Reading } from '../../../src/model/reading.ts';
import type { ClusterSettings } from '../../../src/model/settings.ts';
import { readFlannelConfigs } from '../../../src/survey/settings/flannel-config.ts';
import { readKubeadmConfig } from '../../../src/survey/settings/kubeadm-config.ts';
import { mergeSettings, type OtherSources } from '../../../src/survey/settings/merge.ts';
import { keepNodeArgs } from '../../../src/survey/settings/node-args.ts';
import { cloudAllocators } from '../../../src/survey/settings/workloads.ts';

const NONE: Reading<RawObject[]> = { known: true, value: [], source: 'cluster' };
const known = (...value: RawObject[]): Reading<RawObject[]> => ({ known: true, value, source: 'cluster' });

const merge = (others: OtherSources): ClusterSettings => mergeSettings({}, NONE, others);

const clusters = ({ clusterCIDRs }: ClusterSettings) =>
  clusterCIDRs.known
    ? `${clusterCIDRs.value.map(({ block }) => block.text).join(',')} from ${clusterCIDRs.source}`
    : clusterCIDRs.reason;

const server = (name: string, args: string[], address = '192.168.0.1', key = 'k3s.io/node-args'): RawObject => ({
  kind: 'Node',
  metadata: { name, annotations: { [key]: JSON.stringify(args) } },
  status: { addresses: [{ type: 'InternalIP', address }] },
});

const kubeadm = (configuration: string): RawObject => ({
  kind: 'ConfigMap',
  metadata: { namespace: 'kube-system', name: 'kubeadm-config' },
  data: { ClusterConfiguration: configuration },
});

for (const [title, args, expected] of [
  ['its defaults', ['server'], '10.42.0.0/16'],
  ['one flag with =', ['server', '--cluster-cidr=10.9.0.0/16'], '10.9.0.0/16'],
  ['one flag with a blank', ['server', '--cluster-cidr', '10.9.0.0/16'], '10.9.0.0/16'],
  ['a list', ['server', '--cluster-cidr=10.9.0.0/16,fd00::/56'], '10.9.0.0/16,fd00::/56'],
  ['a flag a family', ['server', '--cluster-cidr=10.9.0.0/16', '--cluster-cidr=fd00::/56'], '10.9.0.0/16,fd00::/56'],
  [
    'a flag of its controller-manager',
    ['server', '--kube-controller-manager-arg=cluster-cidr=10.8.0.0/16'],
    '10.8.0.0/16',
  ],
] as const) {
  test(`a k3s server without a pod of kube-controller-manager tells the cluster CIDR: ${title}`, (t) => {
    t.is(
      clusters(merge({ nodes: [server('s1', [...args])] })),
      `${expected} from node s1 k3s.io/node-args (--cluster-cidr)`,
    );
  });
}

test('a server with an IPv6 address takes the defaults of IPv6, rke2 tells the same under its own name', (t) => {
  const node = server('s1', ['server'], 'fd00:1::1', 'rke2.io/node-args');
  t.is(clusters(merge({ nodes: [node] })), 'fd00:42::/56 from node s1 rke2.io/node-args (--cluster-cidr)');
});

test('agents, servers without a controller-manager and broken annotations tell nothing', (t) => {
  const nodes = [
    server('a', ['agent', '--cluster-cidr=10.1.0.0/16']),
    server('b', ['server', '--disable-controller-manager']),
    { kind: 'Node', metadata: { name: 'c', annotations: { 'k3s.io/node-args': '["server"' } } },
    { kind: 'Node', metadata: { name: 'd', annotations: { 'k3s.io/node-args': '{"0":"server"}' } } },
  ];
  t.regex(clusters(merge({ nodes })), /^there is no kube-controller-manager pod/);
});

test('servers that disagree make the setting unknown, and each is named', (t) => {
  const settings = merge({ nodes: [server('s2', ['server', '--cluster-cidr=10.2.0.0/16']), server('s1', ['server'])] });
  t.regex(clusters(settings), /disagree on --cluster-cidr: node s1 has 10\.42\.0\.0\/16, node s2 has 10\.2\.0\.0\/16/);
  t.deepEqual(
    settings.disagreements?.map(({ name, said }) => [name, said.map(({ value }) => value)]),
    [['cluster-cidr', ['10.42.0.0/16', '10.2.0.0/16']]],
  );
});

test('of the arguments a dump keeps those that are settings: no token, no address of a datastore', (t) => {
  const args = ['server', '--token', 'secret', '--cluster-cidr', '10.9.0.0/16', '--datastore-endpoint=mysql://u:p@h'];
  const more = ['--kube-controller-manager-arg=node-cidr-mask-size=25', '--kube-controller-manager-arg=v=4'];
  const kept = keepNodeArgs(JSON.stringify([...args, ...more]));
  t.is(kept, '["server","--cluster-cidr=10.9.0.0/16","--kube-controller-manager-arg=node-cidr-mask-size=25"]');
  t.is(keepNodeArgs(kept), kept);
  t.is(keepNodeArgs('["agent","--token","secret"]'), '["agent"]');
});

test('both forms of extraArgs are read, and kubeadm stands in for the pods that cannot be seen', (t) => {
  const map = 'controllerManager:\n  extraArgs:\n    node-cidr-mask-size: "25"\n';
  const list = 'controllerManager:\n  extraArgs:\n  - name: node-cidr-mask-size\n    value: "25"\n';
  for (const form of [map, list]) {
    const configMap = kubeadm(`networking:\n  podSubnet: 10.244.0.0/16\n  serviceSubnet: 10.96.0.0/12\n${form}`);
    t.is(readKubeadmConfig([configMap])?.extraArgs.get('node-cidr-mask-size'), '25');
    const settings = merge({ kubeadmConfig: known(configMap) });
    t.is(
      clusters(settings),
      '10.244.0.0/16 from ConfigMap kube-system/kubeadm-config ClusterConfiguration (--cluster-cidr)',
    );
    t.deepEqual(settings.nodeMasks.known && settings.nodeMasks.value, [{ family: 'IPv4', length: 25 }]);
    t.like(settings.allocateNodeCIDRs, { known: true, value: true });
  }
  for (const broken of ['', 'a: [', 'null', '- 1', '"text"']) {
    t.is(readKubeadmConfig([kubeadm(broken)])?.podSubnet, undefined);
  }
});

test('service ranges come from ServiceCIDR objects where no flag tells them', (t) => {
  const objects = known(
    { kind: 'ServiceCIDR', metadata: { name: 'more' }, spec: { cidrs: ['10.200.0.0/16'] } },
    { kind: 'ServiceCIDR', metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12', 'fd00:96::/112'] } },
  );
  const { serviceCIDRs } = merge({ serviceCIDRs: objects });
  t.is(serviceCIDRs.known && serviceCIDRs.source, 'ServiceCIDR kubernetes, more');
  t.is(serviceCIDRs.known && serviceCIDRs.value.length, 3);
  t.regex(JSON.stringify(merge({ serviceCIDRs: NONE }).serviceCIDRs), /no kube-controller-manager pod/);
});

for (const [title, text, expected] of [
  [
    'the usual one',
    '{"Network":"10.244.0.0/16","Backend":{"Type":"vxlan"}}',
    { networks: ['10.244.0.0/16'], backend: 'vxlan' },
  ],
  [
    'dual stack',
    '{"Network":"10.244.0.0/16","EnableIPv6":true,"IPv6Network":"fd00::/56","Backend":{"Type":"host-gw"}}',
    { networks: ['10.244.0.0/16', 'fd00::/56'], backend: 'host-gw' },
  ],
  [
    'IPv6 that is not turned on',
    '{"Network":"10.244.0.0/16","IPv6Network":"fd00::/56"}',
    { networks: ['10.244.0.0/16'], backend: 'udp' },
  ],
  [
    'IPv4 turned off',
    '{"EnableIPv4":false,"EnableIPv6":true,"Network":"10.244.0.0/16","IPv6Network":"fd00::/56"}',
    { networks: ['fd00::/56'], backend: 'udp' },
  ],
  ['host bits', '{"Network":"10.244.0.0/12"}', { networks: ['10.240.0.0/12'], backend: 'udp' }],
  ['no subnet', '{"Network":"10.244.0.0"}', { networks: [], backend: 'udp', problem: '"10.244.0.0" is not a subnet' }],
  ['no JSON', 'Network: 10.244.0.0/16', { networks: [], backend: '', problem: 'it is no JSON object' }],
] as const) {
  test(`flannel's net-conf.json is read as flannel reads it: ${title}`, (t) => {
    const [config] = readFlannelConfigs([
      { metadata: { namespace: 'kube-system', name: 'kube-flannel-cfg' }, data: { 'net-conf.json': text } },
    ]);
    t.deepEqual(
      { networks: config?.networks.map(({ block }) => block.text), backend: config?.backend, problem: config?.problem },
      { problem: undefined, ...expected, networks: [...expected.networks] },
    );
  });
}

test('a cloud-controller-manager hands out subnets where its project says so, not where the flag only makes routes', (t) => {
  const workload = (image: string, ...args: string[]): RawObject => ({
    kind: 'Deployment',
    metadata: { namespace: 'kube-system', name: 'cloud-controller-manager' },
    spec: { template: { spec: { containers: [{ name: 'ccm', image, args }] } } },
  });
  const azure = 'mcr.microsoft.com/oss/kubernetes/azure-cloud-controller-manager:v1.34.1';
  t.is(cloudAllocators([workload(azure, '--allocate-node-cidrs=true')]).length, 1);
  t.is(cloudAllocators([workload(azure, '--allocate-node-cidrs', '--v=2')]).length, 1);
  t.is(cloudAllocators([workload(azure, '--allocate-node-cidrs=false'), workload(azure)]).length, 0);
  t.is(
    cloudAllocators([workload('hetznercloud/hcloud-cloud-controller-manager:v1', '--allocate-node-cidrs=true')]).length,
    0,
  );
});
