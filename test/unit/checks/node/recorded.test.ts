import test from 'ava';
import { judgeNode, reportNode } from '../../../../src/checks/node/judge.ts';
import { codesOf, expectedOf, sceneOf } from './support.ts';

const judge = (name: string, node: string) => {
  const scene = sceneOf(name, node);
  return judgeNode(scene.facts, expectedOf(scene));
};

for (const [name, node] of [
  ['vxlan', 'n2'],
  ['dual-stack', 'n1'],
  ['host-gw', 'n1'],
] as const) {
  test(`a healthy node with ${name} has no finding`, (t) => {
    t.deepEqual(judge(name, node), []);
  });
}

test('a Node with another subnet than flannel on it works with gives one finding, not one a consequence', (t) => {
  t.deepEqual(judge('vxlan-stale', 'n2'), [
    {
      code: 'NodeSubnetStale',
      severity: 'error',
      nodes: ['n2'],
      subject: { kind: 'Node', name: 'n2' },
      message: "flannel hands out addresses of 10.244.2.0/24, the Node's subnet is 10.244.255.0/24",
      evidence: ['/run/flannel/subnet.env: 10.244.2.1/24', 'spec.podCIDRs: 10.244.255.0/24'],
      remedy: 'kubectl delete pod -n kube-flannel kube-flannel-ds-x',
    },
  ]);
});

test('each thing left over of an earlier life is named, with the command that removes it', (t) => {
  const exec = 'kubectl exec -n kube-flannel kube-flannel-ds-x -c kube-flannel --';
  t.deepEqual(
    judge('vxlan-leftovers', 'n2').map(({ code, severity, remedy }) => [code, severity, remedy.split('  # ')[0]]),
    [
      ['BridgeAddressStale', 'error', `${exec} ip link del cni0`],
      ['OverlayAddressExtra', 'warning', `${exec} ip addr del 10.244.9.0/32 dev flannel.1`],
      ['PublicIPForeign', 'warning', 'kubectl delete pod -n kube-flannel kube-flannel-ds-x'],
      ['RouteStale', 'warning', `${exec} ip route del 10.244.77.0/24 via 10.244.77.0 dev flannel.1`],
    ],
  );
});

test('what host-gw leaves after a restart of flannel is named: the bridge, and the route to itself', (t) => {
  const found = judge('host-gw-self', 'n1');
  t.deepEqual(codesOf(found), ['BridgeAddressStale', 'RouteToSelf']);
  t.is(
    found[1]?.remedy,
    'kubectl exec -n kube-flannel kube-flannel-ds-x -c kube-flannel -- ip route del 10.244.255.0/24 via 10.99.0.11 dev eth0',
  );
});

test('what the pod of flannel cannot see is skipped with the reason', (t) => {
  const scene = sceneOf('host-gw', 'n1');
  const reason = "the CNI's pod does not see this folder of the host; a helper pod does";
  t.deepEqual(reportNode(scene.facts, expectedOf(scene)).skipped, [
    { code: 'CNIConfigShadowed', reason },
    { code: 'AddressesLeaked', reason },
  ]);
});
