import test from 'ava';
import { careFor } from '../../../../src/cni/care/catalogue.ts';
import type { LeftToDo } from '../../../../src/model/left-to-do.ts';
import { beforeByHand, embeddedByHand, leftoversByHand, podsByHand } from '../../../../src/plan/care/by-hand.ts';
import { driversLeft, kubeletFirst } from '../../../../src/plan/care/drivers.ts';
import { detectsByNodeCIDR, kubeProxyLeft } from '../../../../src/plan/care/kube-proxy.ts';
import { leftAfterwards } from '../../../../src/render/left.ts';

const CHANGE = { from: ['10.244.2.0/24'], to: ['10.244.40.0/24'] };
const ANNOTATIONS = { 'flannel.alpha.coreos.com/public-ip': '10.99.0.13' };

function leftovers(cni: string, to = CHANGE.to): LeftToDo | undefined {
  const care = careFor(cni);
  return (
    care &&
    leftoversByHand({ node: 'n3', from: CHANGE.from, to, raw: { metadata: { annotations: ANNOTATIONS } } }, care)
  );
}

test('what a person does on the node is said exactly, and when', (t) => {
  t.deepEqual(leftovers('flannel'), {
    what: 'once /run/flannel/subnet.env on n3 shows 10.244.40.0/24, remove the former bridge, and the route of the node to itself if there is one',
    commands: ['ip link del cni0  # on n3', 'ip route del 10.244.40.0/24 via 10.99.0.13  # on n3'],
  });
  t.deepEqual(
    leftovers('flannel', ['fd00:1::/64'])?.commands,
    ['ip link del cni0  # on n3'],
    'no next hop of its family',
  );
  t.is(leftovers('antrea'), undefined);
  const router = careFor('kube-router');
  t.deepEqual(router && beforeByHand('n3', router)?.commands, [
    'rm -f /etc/cni/net.d/10-kuberouter.conflist  # on n3',
    'ip link del kube-bridge  # on n3',
  ]);
});

test('pods are deleted with one command a namespace', (t) => {
  const pods = [
    { namespace: 'a', name: 'one' },
    { namespace: 'b', name: 'two' },
    { namespace: 'a', name: 'three' },
  ];
  t.deepEqual(podsByHand('n3', pods, CHANGE), [
    {
      what: 'then delete the pods of n3 that keep addresses of 10.244.2.0/24',
      commands: ['kubectl delete pod -n a one three', 'kubectl delete pod -n b two'],
    },
  ]);
  t.regex(podsByHand('n3', pods, { from: [], to: CHANGE.to })[0]?.what ?? '', /outside 10\.244\.40\.0\/24$/);
  t.deepEqual(podsByHand('n3', [], CHANGE), []);
});

test('k3s has its CNI inside: its service is named', (t) => {
  const raw = (labels = {}, kubeletVersion = 'v1.31.4+k3s1') => ({
    metadata: { labels },
    status: { nodeInfo: { kubeletVersion } },
  });
  const command = (node: ReturnType<typeof raw>) => embeddedByHand({ node: 'n3', ...CHANGE, raw: node })?.commands[0];
  t.is(command(raw()), 'systemctl restart k3s-agent  # on n3');
  t.is(command(raw({ 'node-role.kubernetes.io/control-plane': 'true' })), 'systemctl restart k3s  # on n3');
  t.is(command(raw({}, 'v1.31.4+rke2r1')), undefined, 'rke2 has pods');
  t.is(command(raw({}, 'v1.36.3')), undefined);
});

test('from 1.35 on the kubelet comes before CSI drivers, and DRA drivers after it', (t) => {
  const raw = (kubeletVersion: string, csi = true) => ({
    metadata: { annotations: csi ? { 'csi.volume.kubernetes.io/nodeid': '{"x":"n3"}' } : {} },
    status: { nodeInfo: { kubeletVersion } },
  });
  t.true(kubeletFirst(raw('v1.36.3')));
  t.false(kubeletFirst(raw('v1.34.9')));
  t.false(kubeletFirst(raw('v1.36.3', false)));
  const slice = { path: '/apis/resource.k8s.io/v1/resourceslices/x', name: 'x', uid: 'x', ownerReference: {} };
  const left = driversLeft({ node: 'n3', raw: raw('v1.36.3'), dependents: [slice] }, [{ namespace: 'gpu', name: 'd' }]);
  t.deepEqual(
    left.flatMap(({ commands }) => commands),
    ['systemctl restart kubelet  # on n3', 'kubectl delete pod -n gpu d'],
  );
  t.deepEqual(driversLeft({ node: 'n3', raw: raw('v1.34.9'), dependents: [] }, []), []);
});

test('drivers that were kept for the kubelet, and have old addresses, are deleted after it', (t) => {
  const raw = {
    metadata: { annotations: { 'csi.volume.kubernetes.io/nodeid': '{"x":"n3"}' } },
    status: { nodeInfo: { kubeletVersion: 'v1.36.3' } },
  };
  const slice = { path: '/apis/resource.k8s.io/v1/resourceslices/x', name: 'x', uid: 'x', ownerReference: {} };
  const [old, right] = [
    { namespace: 'csi', name: 'old' },
    { namespace: 'csi', name: 'right' },
  ];
  const kubelet = {
    what: 'restart the kubelet of n3 before any CSI driver on it restarts',
    commands: ['systemctl restart kubelet  # on n3'],
  };
  t.deepEqual(driversLeft({ node: 'n3', raw, dependents: [] }, [old, right], [old]), [
    kubelet,
    { what: 'then delete the drivers of n3 that keep old addresses', commands: ['kubectl delete pod -n csi old'] },
  ]);
  t.deepEqual(driversLeft({ node: 'n3', raw, dependents: [] }, [right], []), [kubelet]);
  t.deepEqual(
    driversLeft({ node: 'n3', raw, dependents: [slice] }, [old, right], [old]).flatMap(({ commands }) => commands),
    ['systemctl restart kubelet  # on n3', 'kubectl delete pod -n csi old right'],
    'once, where all of them restart',
  );
});

test('only an old kube-proxy that goes by the node CIDR is left to restart', (t) => {
  t.true(detectsByNodeCIDR({ 'config.conf': 'apiVersion: x\ndetectLocalMode: NodeCIDR\n' }));
  t.true(detectsByNodeCIDR({ 'config.conf': '  "detectLocalMode": "NodeCIDR",' }));
  t.false(detectsByNodeCIDR({ 'config.conf': 'detectLocalMode: ""\n' }));
  t.false(detectsByNodeCIDR({ 'config.conf': 'detectLocalMode: ClusterCIDR\n' }));
  const left = (kubeletVersion: string, kubeProxyVersion = '') =>
    kubeProxyLeft({ node: 'n3', raw: { status: { nodeInfo: { kubeletVersion, kubeProxyVersion } } } }).length;
  t.is(left('v1.24.16'), 1);
  t.is(left('v1.24.17'), 0);
  t.is(left('v1.36.3'), 0);
  t.is(left('v1.25.0', 'v1.23.9'), 1);
  t.is(left(''), 1, 'an unknown one counts as old');
});

test('what is left afterwards is told together; nothing left is no line', (t) => {
  t.deepEqual(leftAfterwards([], []), []);
  t.deepEqual(leftAfterwards([{ what: 'do it', commands: ['a', 'b'] }], ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']), [
    'Left to you:',
    '  - do it:',
    '      a',
    '      b',
    '  - restart the CNI on n1, n2, n3, n4, n5 and 2 more, where no pod of one that this program knows was seen, and delete the pods that keep old addresses',
  ]);
});
