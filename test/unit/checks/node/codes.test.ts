import test from 'ava';
import { CODES, finderOf, type NodeCode } from '../../../../src/checks/catalogue.ts';
import { judgeNode, reportNode } from '../../../../src/checks/node/judge.ts';
import { factLines } from '../../../../src/checks/node/lines.ts';
import type { AcceptRule, NodeFacts } from '../../../../src/model/node-facts.ts';
import { sameAsExpected } from '../../expected.ts';
import {
  codesOf,
  expectedOf,
  type Scene,
  sceneOf,
  withFacts,
  withForwarding,
  withLink,
  withNeighbours,
  withNode,
  withRoutes,
} from './support.ts';

const FLANNEL = 'flannel.alpha.coreos.com/';

/** n2 of a real cluster with vxlan: 10.244.255.0/24; n1 has 10.244.1.0/24 and n3 10.244.3.0/24. */
const VXLAN = sceneOf('vxlan');
/** n1 of a real cluster with host-gw: 10.244.4.0/24. */
const HOST_GW = sceneOf('host-gw', 'n1');
const DUAL = sceneOf('dual-stack', 'n1');

const keepAll = () => true;
const policy = (policy: string, ...accepts: AcceptRule[]): NodeFacts => ({
  ...VXLAN.facts,
  forwardPolicies: {
    ...VXLAN.facts.forwardPolicies,
    IPv4: { known: true, source: '', value: [{ program: 'iptables', policy, accepts }] },
  },
});
const ANY = { source: undefined, destination: undefined, in: undefined, out: undefined };
const config = (file: string, network: string, ...plugins: string[]) => ({
  file: `/etc/cni/net.d/${file}`,
  network,
  plugins,
});
const held = (...addresses: [string, number][]) => [
  { network: 'cbr0', held: addresses.map(([address, age]) => ({ address, age })) },
];
const off = (scene: Scene, family: 'IPv4' | 'IPv6'): Scene => ({
  ...scene,
  facts: { ...scene.facts, forwards: { ...scene.facts.forwards, [family]: { known: true, value: false, source: '' } } },
});
const n1MAC = JSON.parse(
  VXLAN.nodes.find(({ name }) => name === 'n1')?.annotations[`${FLANNEL}backend-data`] ?? '{}',
).VtepMAC;

/** For each code scenes that raise it alone, and scenes that nearly do. */
const SCENES: Record<NodeCode, { raises: Record<string, Scene>; nearly: Record<string, Scene> }> = {
  NodeSubnetStale: {
    raises: {
      'another subnet': withNode(VXLAN, 'n2', { podCIDRs: ['10.244.200.0/24'] }),
      'no subnet.env': withFacts(VXLAN, { subnetEnv: { networks: [], subnets: [], mtu: undefined } }),
      'one family of two': withNode(DUAL, 'n1', { podCIDRs: ['10.244.3.0/24', 'fd00:10:244:77::/64'] }),
    },
    nearly: {
      'a Node without a subnet': withNode(VXLAN, 'n2', { podCIDRs: [] }),
      'a family that flannel does not use': withNode(VXLAN, 'n2', { podCIDRs: ['10.244.255.0/24', 'fd00:1::/64'] }),
    },
  },
  BridgeAddressStale: {
    raises: {
      'another address': withLink(VXLAN, 'cni0', { addresses: ['10.244.2.1/24'] }),
      'another beside the right one': withLink(DUAL, 'cni0', {
        addresses: ['10.244.3.1/24', 'fd00:10:244:3::1/64', 'fd00:10:244:9::1/64'],
      }),
      'another prefix length': withLink(VXLAN, 'cni0', { addresses: ['10.244.255.1/16'] }),
    },
    nearly: {
      'no bridge yet': withLink(VXLAN, 'cni0', undefined),
      'a bridge without an address': withLink(VXLAN, 'cni0', { addresses: [] }),
      'IPv6 in another text': withLink(DUAL, 'cni0', { addresses: ['10.244.3.1/24', 'fd00:10:244:3:0:0:0:1/64'] }),
      'a CNI without this bridge': {
        ...withLink(VXLAN, 'cni0', { addresses: ['10.1.1.1/24'] }),
        agents: [agent('canal')],
      },
    },
  },
  OverlayMissing: {
    raises: {
      'no device': withRoutes(withLink(VXLAN, 'flannel.1', undefined), ({ dev }) => dev !== 'flannel.1'),
      'a device that is down': withRoutes(
        withLink(VXLAN, 'flannel.1', { up: false }),
        ({ dev }) => dev !== 'flannel.1',
      ),
    },
    nearly: {
      'a backend without one': withLink(HOST_GW, 'flannel.1', undefined),
      'another number': withNode(
        withRoutes(
          withForwarding(withNeighbours(withLink(VXLAN, 'flannel.1', { name: 'flannel.7' }), renamed), renamed),
          () => false,
        ),
        'n2',
        { annotations: { [`${FLANNEL}backend-data`]: vniOf(VXLAN, 'n2', 7) } },
      ),
    },
  },
  OverlayAddressStale: {
    raises: {
      'another address': withLink(VXLAN, 'flannel.1', { addresses: ['10.244.2.0/32'] }),
      'no address': withLink(VXLAN, 'flannel.1', { addresses: [] }),
    },
    nearly: { 'as it should be': VXLAN },
  },
  OverlayAddressExtra: {
    raises: { 'two addresses': withLink(VXLAN, 'flannel.1', { addresses: ['10.244.9.0/32', '10.244.255.0/32'] }) },
    nearly: { 'IPv6 in another text': withLink(DUAL, 'flannel-v6.1', { addresses: ['fd00:10:244:3:0::/128'] }) },
  },
  VtepMACDiffers: {
    raises: { 'another MAC': withLink(VXLAN, 'flannel.1', { mac: '5e:00:00:00:00:01' }) },
    nearly: {
      'capital letters in the annotation, and a leading blank': withNode(VXLAN, 'n2', {
        annotations: {
          [`${FLANNEL}backend-data`]: ` ${dataOf(VXLAN, 'n2').toUpperCase().replace('VTEPMAC', 'VtepMAC')}`,
        },
      }),
    },
  },
  PublicIPForeign: {
    raises: {
      'an address of nobody': withNode(VXLAN, 'n2', { annotations: { [`${FLANNEL}public-ip`]: '203.0.113.9' } }),
    },
    nearly: {
      'chosen by somebody': withNode(VXLAN, 'n2', {
        annotations: { [`${FLANNEL}public-ip`]: '203.0.113.9', [`${FLANNEL}public-ip-overwrite`]: '203.0.113.9' },
      }),
      'IPv6 in another text': withNode(DUAL, 'n1', { annotations: { [`${FLANNEL}public-ipv6`]: 'fd00:99:0:0::11' } }),
    },
  },
  RouteMissing: {
    raises: {
      'vxlan, one peer': withRoutes(VXLAN, ({ to }) => to !== '10.244.1.0/24'),
      'host-gw, all': withRoutes(HOST_GW, ({ via }) => !via?.startsWith('10.99.0.1')),
      'one family of two': withRoutes(DUAL, ({ dev }) => dev !== 'flannel-v6.1'),
    },
    nearly: {
      'a peer with another backend': withNode(
        withRoutes(VXLAN, ({ to }) => to !== '10.244.1.0/24'),
        'n1',
        {
          annotations: { [`${FLANNEL}backend-type`]: 'host-gw' },
        },
      ),
      'a peer that flannel ignores': withNode(
        withRoutes(VXLAN, ({ to }) => to !== '10.244.1.0/24'),
        'n1',
        {
          annotations: { [`${FLANNEL}kube-subnet-manager`]: undefined },
        },
      ),
      'a twin': withNode(
        withRoutes(VXLAN, ({ to }) => to !== '10.244.1.0/24'),
        'n1',
        { podCIDRs: ['10.244.255.0/24'] },
      ),
      'a route without the device (DirectRouting)': withRoutes(VXLAN, ({ to }) => to !== '10.244.1.0/24', {
        to: '10.244.1.0/24',
        via: '10.99.0.11',
        dev: 'eth0',
      }),
    },
  },
  RouteStale: {
    raises: {
      'through the device, to nobody': withRoutes(VXLAN, keepAll, {
        to: '10.244.77.0/24',
        via: '10.244.77.0',
        dev: 'flannel.1',
      }),
      'into the network, to nobody': withRoutes(HOST_GW, keepAll, {
        to: '10.244.77.0/24',
        via: '10.99.0.77',
        dev: 'eth0',
      }),
      'a blackhole of a former subnet': withRoutes(VXLAN, keepAll, { to: '10.244.2.0/24', type: 'blackhole' }),
      'through the device, around others': withRoutes(VXLAN, keepAll, {
        to: '10.244.0.0/16',
        via: '10.244.0.0',
        dev: 'flannel.1',
      }),
      'to the wrong node': withRoutes(HOST_GW, ({ via }) => via !== '10.99.0.12', {
        to: HOST_GW.nodes.find(({ name }) => name === 'n2')?.podCIDRs[0] ?? '',
        via: '10.99.0.13',
        dev: 'eth0',
      }),
    },
    nearly: {
      "somebody's own around the network": withRoutes(VXLAN, keepAll, {
        to: '10.0.0.0/8',
        via: '10.99.0.1',
        dev: 'eth0',
      }),
      "somebody's own as large as the network": withRoutes(VXLAN, keepAll, {
        to: '10.244.0.0/16',
        via: '10.99.0.1',
        dev: 'eth0',
      }),
      'outside the network': withRoutes(VXLAN, keepAll, { to: '10.250.0.0/24', via: '10.99.0.13', dev: 'eth0' }),
      "flannel's blackhole for the own subnet": withRoutes(VXLAN, keepAll, {
        to: '10.244.255.0/24',
        type: 'blackhole',
      }),
      "the kernel's own, of the device": withRoutes(VXLAN, keepAll, { to: '10.244.77.0/24', dev: 'flannel.1' }),
    },
  },
  RouteToSelf: {
    raises: {
      vxlan: withRoutes(VXLAN, keepAll, { to: '10.244.255.0/24', via: '10.244.255.0', dev: 'flannel.1' }),
      'host-gw': withRoutes(HOST_GW, keepAll, { to: '10.244.4.0/24', via: '10.99.0.11', dev: 'eth0' }),
      'a part of it': withRoutes(VXLAN, keepAll, { to: '10.244.255.128/25', via: '10.244.255.0', dev: 'flannel.1' }),
    },
    nearly: {
      'another CNI that routes its own subnet so': {
        ...withRoutes(VXLAN, keepAll, { to: '10.244.255.0/24', via: '10.244.255.17', dev: 'cilium_host' }),
        agents: [agent('cilium')],
      },
      'a larger one': withRoutes(VXLAN, keepAll, { to: '10.244.0.0/15', via: '10.99.0.1', dev: 'eth0' }),
    },
  },
  ForwardingEntryMissing: {
    raises: {
      'no entry': withForwarding(VXLAN, (entry) => (entry.dst === '10.99.0.11' ? [] : [entry])),
      'no neighbour': withNeighbours(VXLAN, (entry) => (entry.address === '10.244.1.0' ? [] : [entry])),
    },
    nearly: {
      'a peer that is reached without the device': withForwarding(
        withRoutes(VXLAN, ({ to }) => to !== '10.244.1.0/24', { to: '10.244.1.0/24', via: '10.99.0.11', dev: 'eth0' }),
        (entry) => (entry.dst === '10.99.0.11' ? [] : [entry]),
      ),
    },
  },
  ForwardingEntryStale: {
    raises: {
      'two nodes with one MAC': withForwarding(
        withNeighbours(
          withNode(VXLAN, 'n3', { annotations: { [`${FLANNEL}backend-data`]: dataOf(VXLAN, 'n1') } }),
          (entry) => [entry.address === '10.244.3.0' ? { ...entry, mac: n1MAC } : entry],
        ),
        (entry) => [entry],
      ),
      'a former address': withForwarding(VXLAN, (entry) => [
        entry.dst === '10.99.0.11' ? { ...entry, dst: '10.99.0.99' } : entry,
      ]),
      'a former MAC': withNeighbours(VXLAN, (entry) => [
        entry.address === '10.244.1.0' ? { ...entry, mac: '5e:00:00:00:00:01' } : entry,
      ]),
    },
    nearly: {
      'an entry of a MAC that nobody has': withForwarding(VXLAN, (entry) => [
        entry,
        { ...entry, mac: '5e:00:00:00:00:01', dst: '10.99.0.99' },
      ]),
      'a peer whose own annotation is wrong': withNode(VXLAN, 'n1', {
        annotations: { [`${FLANNEL}public-ip`]: '203.0.113.9' },
      }),
      'twins, of which the last event wins': withNode(
        withRoutes(VXLAN, ({ to }) => to !== '10.244.3.0/24'),
        'n3',
        { podCIDRs: ['10.244.1.0/24'] },
      ),
    },
  },
  ForwardingOff: {
    raises: { IPv4: off(VXLAN, 'IPv4'), IPv6: off(DUAL, 'IPv6') },
    nearly: { 'a family that its pods do not have': off(VXLAN, 'IPv6') },
  },
  ForwardPolicyDrop: {
    raises: {
      'DROP and nothing': { ...VXLAN, facts: policy('DROP') },
      'REJECT and others': {
        ...VXLAN,
        facts: policy('REJECT', { ...ANY, source: '10.245.0.0/16' }, { ...ANY, in: 'docker0' }),
      },
    },
    nearly: {
      'DROP but flannel': { ...VXLAN, facts: policy('DROP', { ...ANY, destination: '10.244.0.0/16' }) },
      'DROP but the bridge': { ...VXLAN, facts: policy('DROP', { ...ANY, in: 'cni+' }) },
      ACCEPT: { ...VXLAN, facts: policy('ACCEPT') },
      'another CNI': { ...VXLAN, facts: policy('DROP'), agents: [agent('kindnet')] },
    },
  },
  BridgeFilterOff: {
    raises: { off: withFacts(VXLAN, { bridgeFilter: false }) },
    nearly: { 'a CNI without a bridge': { ...withFacts(VXLAN, { bridgeFilter: false }), agents: [agent('canal')] } },
  },
  CNIConfigShadowed: {
    raises: {
      'another before it': withFacts(VXLAN, {
        cniConfigs: [
          config('10-containerd-net.conflist', 'containerd-net', 'bridge'),
          config('10-flannel.conflist', 'cbr0', 'flannel'),
        ],
      }),
      'another instead': withFacts(VXLAN, { cniConfigs: [config('87-podman.conflist', 'podman', 'bridge')] }),
    },
    nearly: {
      'another after it': withFacts(VXLAN, {
        cniConfigs: [
          config('10-flannel.conflist', 'cbr0', 'flannel'),
          config('87-podman.conflist', 'podman', 'bridge'),
        ],
      }),
      'one before it that cannot be read': withFacts(VXLAN, {
        cniConfigs: [
          { file: '/etc/cni/net.d/00-x.conf', network: undefined, plugins: [] },
          config('10-flannel.conflist', 'cbr0', 'flannel'),
        ],
      }),
      multus: withFacts(VXLAN, {
        cniConfigs: [
          config('00-multus.conf', 'multus-cni-network', 'multus-shim'),
          config('10-flannel.conflist', 'cbr0', 'flannel'),
        ],
      }),
      none: withFacts(VXLAN, { cniConfigs: [] }),
    },
  },
  AddressesLeaked: {
    raises: {
      'of a former subnet': { ...withFacts(VXLAN, { hostLocal: held(['10.244.2.9', 9000]) }), podAddresses: [] },
      'of the present subnet': {
        ...withFacts(VXLAN, { hostLocal: held(['10.244.255.9', 9000]) }),
        podAddresses: ['10.244.255.8'],
      },
    },
    nearly: {
      'of pods that live': {
        ...withFacts(VXLAN, { hostLocal: held(['10.244.255.9', 9000], ['10.244.2.9', 9000]) }),
        podAddresses: ['10.244.255.9', '10.244.2.9'],
      },
      'of pods that just begin': { ...withFacts(VXLAN, { hostLocal: held(['10.244.255.9', 3]) }), podAddresses: [] },
      "of another program's network": {
        ...withFacts(VXLAN, { hostLocal: [{ network: 'podman', held: [{ address: '10.88.0.2', age: 9000 }] }] }),
        podAddresses: [],
      },
      'IPv6 in another text': {
        ...withFacts(DUAL, { hostLocal: held(['fd00:10:244:3::9', 9000]) }),
        podAddresses: ['fd00:10:244:3:0:0:0:9'],
      },
    },
  },
};

function agent(cni: string) {
  return { cni, namespace: 'kube-system', name: `${cni}-x`, container: cni, running: true };
}

function dataOf({ nodes }: Scene, name: string): string {
  return nodes.find((node) => node.name === name)?.annotations[`${FLANNEL}backend-data`] ?? '';
}

function vniOf(scene: Scene, name: string, VNI: number): string {
  return JSON.stringify({ ...JSON.parse(dataOf(scene, name)), VNI });
}

function renamed(entry: object) {
  return [{ ...entry, dev: 'flannel.7' }];
}

const judge = (scene: Scene) => judgeNode(scene.facts, expectedOf(scene));

test('every code of inspect has scenes', (t) => {
  t.deepEqual(
    Object.keys(SCENES),
    CODES.filter((code) => finderOf(code) === 'inspect'),
  );
});

for (const [code, { raises, nearly }] of Object.entries(SCENES)) {
  for (const [title, scene] of Object.entries(raises)) {
    test(`${code} is raised, once and alone: ${title}`, (t) => {
      const found = judge(scene);
      t.deepEqual(codesOf(found), [code]);
      const [finding] = found;
      t.deepEqual(finding?.nodes, [scene.facts.node]);
      t.true((finding?.evidence.length ?? 0) > 0 && finding?.message !== '' && finding?.remedy !== '');
    });
  }
  for (const [title, scene] of Object.entries(nearly)) {
    test(`${code} is not raised: ${title}`, (t) => {
      t.false(codesOf(judge(scene)).includes(code));
    });
  }
}

for (const [code, { raises }] of Object.entries(SCENES)) {
  test(`${code}: every word of what inspect says`, (t) => {
    const said = Object.entries(raises).map(([title, scene]) => {
      const expected = expectedOf(scene);
      const report = reportNode(scene.facts, expected);
      return [title, { ...report, facts: factLines(scene.facts, expected, report.findings) }];
    });
    sameAsExpected(t, `expected/node/${code}.yaml`, Object.fromEntries(said));
  });
}

test('an IPv6 route to itself stands behind that of the bridge: it is told, and is no fault', (t) => {
  const route = { family: 'IPv6' as const, to: 'fd00:10:244:3::/64', via: 'fd00:10:244:3::', dev: 'flannel-v6.1' };
  t.like(judge(withRoutes(DUAL, keepAll, { ...route, metric: 1024 }))[0], { code: 'RouteToSelf', severity: 'info' });
  t.like(judge(withRoutes(DUAL, keepAll, { ...route, metric: 100 }))[0], { code: 'RouteToSelf', severity: 'error' });
});

test('addresses that block the present subnet are a warning, others are for information', (t) => {
  const both = {
    ...withFacts(VXLAN, { hostLocal: held(['10.244.255.9', 900], ['10.244.2.9', 900]) }),
    podAddresses: [],
  };
  const [finding] = judge(both);
  t.is(finding?.severity, 'warning');
  t.is(finding?.remedy, '(cd /var/lib/cni/networks/cbr0 && rm -f 10.244.255.9 10.244.2.9)  # on node n2');
  const former = { ...withFacts(VXLAN, { hostLocal: held(['10.244.2.9', 900]) }), podAddresses: [] };
  t.is(judge(former)[0]?.severity, 'info');
});

test('a CNI that is not known is judged by nothing but forwarding', (t) => {
  const stranger = { ...off(VXLAN, 'IPv4'), agents: [agent('other')] };
  t.deepEqual(codesOf(judge(stranger)), ['ForwardingOff']);
});

test('kindnet: a route to each peer, whatever its next hop', (t) => {
  const scene = withRoutes({ ...VXLAN, agents: [agent('kindnet')] }, ({ to }) => to !== '10.244.1.0/24');
  t.deepEqual(codesOf(judge(scene)), ['RouteMissing']);
  t.is(judge(scene)[0]?.remedy, 'kubectl delete pod -n kube-system kindnet-x');
});

test('without a pod that runs, commands are for a shell on the node; flannel in k3s is started again with it', (t) => {
  const crashed = { ...VXLAN, agents: [{ ...agent('flannel'), running: false }] };
  t.is(
    judge(withRoutes(crashed, keepAll, { to: '10.244.77.0/24', via: '10.244.77.0', dev: 'flannel.1' }))[0]?.remedy,
    'ip route del 10.244.77.0/24 via 10.244.77.0 dev flannel.1  # on node n2',
  );
  const nodes = VXLAN.nodes.map((node) => ({
    ...node,
    raw: { ...node.raw, status: { nodeInfo: { kubeletVersion: 'v1.36.3+k3s1' } } },
  }));
  const k3s = withNode({ ...VXLAN, nodes, agents: [] }, 'n2', { podCIDRs: ['10.244.200.0/24'] });
  t.is(judge(k3s)[0]?.remedy, 'systemctl restart k3s-agent  # on node n2; k3s on a server');
});

test('several routes go in one command that a shell takes whole', (t) => {
  const scene = withRoutes(
    VXLAN,
    keepAll,
    { to: '10.244.77.0/24', via: '10.244.77.0', dev: 'flannel.1' },
    { to: '10.244.78.0/24', via: '10.244.78.0', dev: 'flannel.1' },
  );
  t.regex(
    judge(scene)[0]?.remedy ?? '',
    /-- sh -c 'ip route del 10\.244\.77\.0\/24 .* && ip route del 10\.244\.78\.0\/24 .*'$/,
  );
});

test('where two nodes have one MAC address no restart is recommended', (t) => {
  const scene = SCENES.ForwardingEntryStale.raises['two nodes with one MAC'] ?? VXLAN;
  t.is(judge(scene)[0]?.remedy, 'kubectl podcidr explain ForwardingEntryStale  # n1 and n3 have one MAC address');
});
