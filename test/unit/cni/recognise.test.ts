import test from 'ava';
import { recogniseCNI } from '../../../src/cni/recognise.ts';
import { isVirtualNode } from '../../../src/cni/virtual-node.ts';
import { readNode } from '../../../src/survey/nodes.ts';

const seen = (annotations: Record<string, string>, more: { labels?: Record<string, string>; spec?: object } = {}) => {
  const trace = recogniseCNI(
    readNode({
      metadata: { name: 'n', annotations, labels: more.labels ?? {} },
      spec: { podCIDR: '10.244.1.0/24', ...more.spec },
    }),
  );
  return trace && [trace.name, trace.follows, ...trace.facts];
};

for (const [title, annotations, expected] of [
  [
    'flannel by its annotations, with backend and address',
    { 'flannel.alpha.coreos.com/backend-type': 'vxlan', 'flannel.alpha.coreos.com/public-ip': '10.0.0.5' },
    ['flannel', 'yes', 'vxlan', '10.0.0.5'],
  ],
  [
    'an overwritten address of flannel, which is the one in use',
    { 'flannel.alpha.coreos.com/public-ip': '10.0.0.5', 'flannel.alpha.coreos.com/public-ip-overwrite': '1.2.3.4' },
    ['flannel', 'yes', '1.2.3.4'],
  ],
  [
    'canal as flannel, for flannel gives the addresses there',
    { 'projectcalico.org/IPv4Address': '10.0.0.5/24', 'flannel.alpha.coreos.com/backend-type': 'vxlan' },
    ['flannel', 'yes', 'vxlan'],
  ],
  ['kube-router', { 'kube-router.io/pod-cidr': '10.244.9.0/24' }, ['kube-router', 'yes', '10.244.9.0/24']],
  ['antrea', { 'node.antrea.io/mac-address': 'aa:bb:cc:dd:ee:ff' }, ['antrea', 'yes']],
  ['cilium that follows', { 'network.cilium.io/ipv4-pod-cidr': '10.244.1.0/24' }, ['cilium', 'yes', '10.244.1.0/24']],
  [
    'cilium with a pool of its own',
    { 'io.cilium.network.ipv4-pod-cidr': '10.0.3.0/24' },
    ['cilium', 'no', '10.0.3.0/24'],
  ],
  ['cilium that does not tell', { 'network.cilium.io/ipv4-cilium-host': '10.0.3.1' }, ['cilium', 'unknown']],
  [
    'calico, whose IPAM the Node does not tell',
    { 'projectcalico.org/IPv4Address': '10.0.0.5/24' },
    ['calico', 'unknown', '10.0.0.5/24'],
  ],
  ['ovn-kubernetes, which ignores spec.podCIDR', { 'k8s.ovn.org/node-subnets': '{}' }, ['ovn-kubernetes', 'no']],
  ['nothing on a bare node', { 'node.alpha.kubernetes.io/ttl': '0' }, undefined],
] as const) {
  test(`a node shows ${title}`, (t) => t.deepEqual(seen(annotations), expected && [...expected]));
}

test('cilium is recognised by its taint before it has annotated the node', (t) => {
  const taints = [{ key: 'node.cilium.io/agent-not-ready', effect: 'NoExecute' }];
  t.deepEqual(seen({}, { spec: { taints } }), ['cilium', 'unknown']);
});

test('virtual nodes are told by label or taint', (t) => {
  const node = (labels: Record<string, string>, taints: { key: string }[] = []) =>
    readNode({ metadata: { labels }, spec: { taints: taints as never } });
  t.true(isVirtualNode(node({ type: 'virtual-kubelet' })));
  t.true(isVirtualNode(node({ 'eks.amazonaws.com/compute-type': 'fargate' })));
  t.true(isVirtualNode(node({}, [{ key: 'virtual-kubelet.io/provider' }])));
  t.false(isVirtualNode(node({ type: 'worker' }, [{ key: 'dedicated' }])));
});
