import test from 'ava';
import { setInterface } from '../../../src/checks/flannel/restart.ts';
import type { View } from '../../../src/checks/view.ts';

const PLACED = {
  source: 'DaemonSet kube-flannel/kube-flannel-ds',
  etcdEndpoints: undefined,
  nodeSelector: {},
  terms: undefined,
};

/** What is asked of flannel's interface where the nodes have these InternalIPs, and nodes have these subnets. */
function asked(addresses: string[], subnets: string[] = [], placed = true): string {
  const nodes = addresses.map((address) => ({ node: { addresses: [{ type: 'InternalIP', address }] } }));
  const flannelPlacements = { known: true, source: '', value: placed ? [{ ...PLACED, tolerations: [] }] : [] };
  return setInterface({
    nodes,
    holdings: subnets.map((text) => ({ text })),
    facts: { flannelPlacements },
  } as never as View);
}

const byPattern = (pattern: string) =>
  `kubectl -n kube-flannel set env daemonset kube-flannel-ds -c kube-flannel FLANNELD_IFACE_REGEX='^${pattern}'`;
const BY_HAND =
  'kubectl -n kube-flannel edit daemonset kube-flannel-ds  # add --iface with the interface between the nodes to its args';

test('flannel is told the octets that the addresses of the nodes have in common', (t) => {
  t.is(asked(['192.168.0.1', '192.168.0.2']), byPattern('192\\.168\\.0\\.'));
  t.is(asked(['192.168.0.1', '192.168.7.2']), byPattern('192\\.168\\.'));
  t.is(asked(['192.168.0.1', 'fd00::1']), byPattern('192\\.168\\.0\\.'));
});

test('addresses that have too little in common, or that pods have too, tell no interface', (t) => {
  t.is(asked(['192.168.0.1', '192.0.2.10']), BY_HAND);
  t.is(asked([]), BY_HAND);
  t.is(asked(['10.244.0.1', '10.244.9.2'], ['10.244.3.0/24']), BY_HAND);
});

test('flannel in k3s has no DaemonSet: its own setting is named', (t) => {
  t.regex(asked(['192.168.0.1'], [], false), /^set flannel-iface .*config\.yaml\), and restart k3s there$/);
});
