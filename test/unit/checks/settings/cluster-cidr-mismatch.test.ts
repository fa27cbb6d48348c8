import test from 'ava';
import type { ClusterFacts, FlannelConfig, KubeadmConfig } from '../../../../src/model/cluster-facts.ts';
import { readableBlocks } from '../../../../src/subnet/parse.ts';
import { known } from '../../facts.ts';
import { nodeWith, surveyOf } from '../support.ts';
import { judge } from '../with-facts.ts';

const FLAGS = { clusterCIDR: '10.244.0.0/16,fd00::/56', nodeCIDRMaskSize: '24,64' };
const NODES = [nodeWith('a', ['10.244.1.0/24', 'fd00::/64'])];
const ALIKE: Partial<ClusterFacts> = {
  flannelConfigs: known([]),
  kubeProxy: known(undefined),
  kubeadm: known(undefined),
};

const report = (facts: Partial<ClusterFacts>, flags = FLAGS, nodes = NODES) =>
  judge('ClusterCIDRMismatch', nodes, { ...ALIKE, ...facts }, flags);

const flannel = (...written: string[]): Partial<ClusterFacts> => {
  const config: FlannelConfig = {
    source: 'ConfigMap kf/cfg net-conf.json',
    configMap: { namespace: 'kf', name: 'cfg' },
    networks: written.flatMap((text) => readableBlocks([text]).map((block) => ({ block, written: text }))),
    backend: 'vxlan',
    problem: undefined,
  };
  return { flannelConfigs: known([config]) };
};

const proxy = (clusterCIDR: string, detectLocalMode = ''): Partial<ClusterFacts> => ({
  kubeProxy: known({ source: 'ConfigMap kube-proxy', clusterCIDR, detectLocalMode }),
});

test('a Network of flannel that contains the cluster CIDR is right, whatever else it holds', (t) => {
  t.deepEqual(report(flannel('10.0.0.0/8', 'fd00::/48')).findings, []);
  t.deepEqual(report(flannel('10.244.0.0/16')).findings, [], 'a family that flannel does not enable');
});

test('a Network that does not is told family by family, with the nodes in it and an edit that pastes', (t) => {
  t.deepEqual(report(flannel('10.244.0.0/24', 'fd00:1::/56')).findings, [
    {
      code: 'ClusterCIDRMismatch',
      severity: 'error',
      nodes: ['a'],
      subject: { kind: 'ConfigMap', namespace: 'kf', name: 'cfg' },
      message: "flannel's Network 10.244.0.0/24,fd00:1::/56 does not contain the cluster CIDR 10.244.0.0/16,fd00::/56",
      evidence: [
        'cluster CIDR 10.244.0.0/16,fd00::/56: flag --cluster-cidr',
        'Network 10.244.0.0/24,fd00:1::/56: ConfigMap kf/cfg net-conf.json',
        'a: 10.244.1.0/24,fd00::/64',
      ],
      remedy:
        "kubectl -n kf get configmap cfg -o yaml | sed -e 's|10\\.244\\.0\\.0/24|10.244.0.0/16|g' -e 's|fd00:1::/56|fd00::/56|g' | kubectl replace -f -",
    },
  ]);
  const placement = {
    source: 'DaemonSet kf/ds',
    etcdEndpoints: undefined,
    nodeSelector: {},
    terms: undefined,
    tolerations: [],
  };
  const [found] = report({ ...flannel('10.244.0.0/24'), flannelPlacements: known([placement]) }).findings;
  t.regex(found?.remedy ?? '', /replace -f - && kubectl -n kf rollout restart daemonset ds$/);
});

test('kube-proxy must know each cluster CIDR, unless it goes by something else', (t) => {
  t.deepEqual(report(proxy('10.0.0.0/8,fd00::/56')).findings, []);
  t.deepEqual(report(proxy('')).findings, []);
  t.deepEqual(report(proxy('10.9.0.0/16', 'NodeCIDR')).findings, []);
  const [found] = report(proxy('10.244.0.0/16', 'ClusterCIDR')).findings;
  t.is(found?.message, 'kube-proxy takes 10.244.0.0/16 for the cluster CIDR, which is 10.244.0.0/16,fd00::/56');
  t.deepEqual(found?.evidence, [
    'cluster CIDR 10.244.0.0/16,fd00::/56: flag --cluster-cidr',
    'clusterCIDR 10.244.0.0/16: ConfigMap kube-proxy',
  ]);
  t.is(report(proxy('x')).findings.length, 1);
});

const kubeadm = (more: Partial<KubeadmConfig>, args: Record<string, string> = {}): Partial<ClusterFacts> => ({
  kubeadm: known({
    source: 'ConfigMap kubeadm-config',
    podSubnet: '10.244.0.0/16,fd00::/56',
    serviceSubnet: undefined,
    extraArgs: new Map(Object.entries(args)),
    ...more,
  }),
});

test('kubeadm brings back what stands in its own configuration', (t) => {
  t.deepEqual(report(kubeadm({})).findings, []);
  t.deepEqual(
    report(kubeadm({ podSubnet: '10.9.0.0/16' }, { 'cluster-cidr': '10.244.0.0/16,fd00::/56' })).findings,
    [],
  );
  const [found] = report(kubeadm({ podSubnet: undefined })).findings;
  t.is(
    found?.message,
    'kubeadm-config has podSubnet none, not 10.244.0.0/16,fd00::/56: the next upgrade brings it back',
  );
  t.deepEqual(found?.evidence.slice(1), ['ConfigMap kubeadm-config: podSubnet none, not 10.244.0.0/16,fd00::/56']);
});

const ALONE: [title: string, facts: Partial<ClusterFacts>, expected: string[]][] = [
  [
    'the flag may be what is wrong',
    { ...flannel('10.244.0.0/20', 'fd00::/60'), ...proxy('10.244.0.0/20,fd00::/60') },
    [
      'flannel and kube-proxy both have 10.244.0.0/20,fd00::/60: the --cluster-cidr given is alone',
      'the other way: give --cluster-cidr=10.244.0.0/20,fd00::/60',
    ],
  ],
  [
    'subnets outside bar the other way',
    {
      ...flannel('10.9.0.0/16', 'fd00::/60'),
      ...proxy('fd00::/60,10.9.0.0/16'),
      ...kubeadm({ podSubnet: '10.9.0.0/16,fd00::/60' }),
    },
    [
      'flannel, kube-proxy and kubeadm-config all have 10.9.0.0/16,fd00::/60: the --cluster-cidr given is alone',
      'the other way, its --cluster-cidr set to that, is barred by subnets outside: a',
    ],
  ],
  ['one place against one', flannel('10.244.0.0/20', 'fd00::/60'), []],
  ['two that differ', { ...flannel('10.244.0.0/20', 'fd00::/60'), ...proxy('10.9.0.0/16') }, []],
  [
    'one that agrees',
    { ...flannel('10.244.0.0/20', 'fd00::/60'), ...proxy('10.244.0.0/20,fd00::/60'), ...kubeadm({}) },
    [],
  ],
  [
    'kube-proxy that does not use it says nothing',
    { ...flannel('10.244.0.0/20', 'fd00::/60'), ...proxy('10.244.0.0/20,fd00::/60', 'NodeCIDR') },
    [],
  ],
];

for (const [title, facts, expected] of ALONE) {
  test(`places that agree against kube-controller-manager are named once, with the other way: ${title}`, (t) => {
    const lines = report(facts).findings.flatMap(({ evidence }) => evidence);
    t.deepEqual(
      lines.filter((line) => /is alone$|^the other way/.test(line)),
      expected,
    );
  });
}

test('many nodes that bar the other way are counted, and a flag of the cluster is set where it stands', (t) => {
  const others = { ...proxy('10.9.0.0/16'), ...kubeadm({ podSubnet: '10.9.0.0/16' }) };
  const settings = surveyOf([], { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '24' }).settings;
  const clusterCIDRs = settings.clusterCIDRs.known
    ? { ...settings.clusterCIDRs, source: 'pod x --cluster-cidr' }
    : settings.clusterCIDRs;
  const way = (subnets: string[]) =>
    judge(
      'ClusterCIDRMismatch',
      subnets.map((text, at) => nodeWith(`n${at}`, [text])),
      { ...ALIKE, ...others },
      {},
      { settings: { ...settings, clusterCIDRs } },
    ).findings[0]?.evidence.at(-1);
  t.is(
    way(['10.244.0.0/24', '10.9.0.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24']),
    'the other way, its --cluster-cidr set to that, is barred by subnets outside: n0, n2, n3 and 1 more',
  );
  t.is(
    way(['10.9.1.0/24']),
    'the other way: set --cluster-cidr=10.9.0.0/16 of kube-controller-manager (kubeadm: /etc/kubernetes/manifests/kube-controller-manager.yaml)',
  );
});

test('its node masks are compared with those of the cluster, not with flags of ours', (t) => {
  t.deepEqual(report(kubeadm({}, { 'node-cidr-mask-size-ipv4': '26' })).findings, []);
  const single = surveyOf(NODES, { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '25' }).settings;
  const masks = single.nodeMasks.known
    ? { ...single.nodeMasks, source: 'pod x --node-cidr-mask-size' }
    : single.nodeMasks;
  const says = (args: Record<string, string>) =>
    judge(
      'ClusterCIDRMismatch',
      NODES,
      { ...ALIKE, ...kubeadm({ podSubnet: '10.244.0.0/16' }, args) },
      {},
      {
        settings: { ...single, nodeMasks: masks },
      },
    ).findings.map(({ message }) => message);
  const differs = (theirs: string) => [
    `kubeadm-config has node mask /${theirs} of IPv4, not /25: the next upgrade brings it back`,
  ];
  t.deepEqual(says({}), differs('24'));
  t.deepEqual(says({ 'node-cidr-mask-size': '26' }), differs('26'));
  t.deepEqual(says({ 'node-cidr-mask-size-ipv4': '27', 'node-cidr-mask-size': '25' }), differs('27'));
  t.deepEqual(says({ 'node-cidr-mask-size': '25' }), []);
});

test('replicas that disagree are the one finding: nobody knows what is right then', (t) => {
  const settings = {
    ...surveyOf(NODES, FLAGS).settings,
    disagreements: [
      {
        name: 'cluster-cidr',
        said: [
          { source: 'pod cm-1', value: '10.244.0.0/16' },
          { source: 'pod cm-2', value: undefined },
        ],
      },
      { name: 'node-cidr-mask-size', said: [{ source: 'pod cm-1', value: '24' }] },
    ],
  };
  t.deepEqual(judge('ClusterCIDRMismatch', NODES, { ...ALIKE, ...proxy('10.9.0.0/16') }, {}, { settings }).findings, [
    {
      code: 'ClusterCIDRMismatch',
      severity: 'error',
      nodes: [],
      subject: { kind: 'Setting', name: '--cluster-cidr' },
      message: "kube-controller-manager's replicas disagree on --cluster-cidr, --node-cidr-mask-size",
      evidence: ['pod cm-1: 10.244.0.0/16', 'pod cm-2: not there', 'pod cm-1: 24'],
      remedy:
        'give every replica the same --cluster-cidr, --node-cidr-mask-size (kubeadm: /etc/kubernetes/manifests/kube-controller-manager.yaml on each control-plane node)',
    },
  ]);
});

test('what was not read is said once, beside what was', (t) => {
  const unread = { known: false, reason: 'forbidden' } as const;
  const { findings, skipped } = report({ flannelConfigs: unread, kubeadm: unread, ...proxy('10.9.0.0/16') });
  t.is(findings.length, 1);
  t.deepEqual(skipped, [{ code: 'ClusterCIDRMismatch', reason: 'forbidden' }]);
});
