import test from 'ava';
import { reportNode } from '../../../../src/checks/node/judge.ts';
import { factLines } from '../../../../src/checks/node/lines.ts';
import type { NodeFacts } from '../../../../src/model/node-facts.ts';
import { sameAsExpected } from '../../expected.ts';
import { expectedOf, type Scene, sceneOf, withFacts, withLink, withNode, withRoutes } from './support.ts';

const UNREAD = { known: false, reason: 'not read' } as const;

const VXLAN = sceneOf('vxlan');
const DUAL = sceneOf('dual-stack', 'n1');

const said = (scene: Scene) => {
  const expected = expectedOf(scene);
  const report = reportNode(scene.facts, expected);
  return { ...report, facts: factLines(scene.facts, expected, report.findings) };
};

const without = (scene: Scene, facts: Partial<NodeFacts>): Scene => ({ ...scene, facts: { ...scene.facts, ...facts } });

for (const [name, facts] of [
  ['links', { links: UNREAD }],
  ['routes', { routes: UNREAD }],
  ['subnet.env', { subnetEnv: UNREAD }],
  ['forwarding', { forwarding: UNREAD }],
  ['neighbours', { neighbours: UNREAD }],
  ['kernel', { forwards: { IPv4: UNREAD, IPv6: UNREAD }, bridgeFilter: UNREAD }],
  ['policies', { forwardPolicies: { IPv4: UNREAD, IPv6: UNREAD } }],
  ['files', { cniConfigs: UNREAD, hostLocal: UNREAD }],
] as [string, Partial<NodeFacts>][]) {
  test(`what rests on ${name} is not judged where these cannot be read, and everything else is`, (t) => {
    t.deepEqual(said(without(VXLAN, facts)).findings, []);
    sameAsExpected(t, `expected/unread/${name}.yaml`, {
      'one family': said(without(VXLAN, facts)),
      'two families': said(without(DUAL, facts)),
    });
  });
}

test('what is wrong several times is told in one line each', (t) => {
  const many = {
    bridge: withLink(DUAL, 'cni0', { addresses: ['10.244.9.1/24', 'fd00:10:244:9::1/64'] }),
    overlay: withLink(VXLAN, 'flannel.1', { addresses: ['10.244.255.0/32', '10.244.8.0/32', '10.244.9.0/32'] }),
    'no MAC': withLink(VXLAN, 'flannel.1', { mac: undefined }),
    'no address': withLink(VXLAN, 'flannel.1', { addresses: [] }),
    subnets: withNode(DUAL, 'n1', { podCIDRs: ['10.244.77.0/24', 'fd00:10:244:77::/64'] }),
    kernel: without(DUAL, {
      forwards: { IPv4: { known: true, value: false, source: '' }, IPv6: { known: true, value: false, source: '' } },
    }),
    'one family does not forward, the other is not known': without(DUAL, {
      forwards: { IPv4: UNREAD, IPv6: { known: true, value: false, source: '' } },
    }),
    policies: without(DUAL, {
      forwardPolicies: {
        IPv4: { known: true, source: '', value: [{ program: 'iptables', policy: 'DROP', accepts: [] }] },
        IPv6: { known: true, source: '', value: [{ program: 'ip6tables', policy: 'REJECT', accepts: [] }] },
      },
    }),
    routes: withRoutes(VXLAN, ({ dev }) => dev !== 'flannel.1'),
    configurations: withFacts(VXLAN, {
      cniConfigs: [
        { file: '/etc/cni/net.d/00-empty.conf', network: undefined, plugins: [] },
        { file: '/etc/cni/net.d/01-a.conf', network: 'a', plugins: ['bridge', 'portmap'] },
        { file: "/etc/cni/net.d/02-b's.conf", network: '', plugins: ['macvlan'] },
        { file: '/etc/cni/net.d/10-flannel.conflist', network: 'cbr0', plugins: ['flannel', 'portmap'] },
      ],
    }),
  };
  sameAsExpected(
    t,
    'expected/node/several.yaml',
    Object.fromEntries(Object.entries(many).map(([name, scene]) => [name, said(scene)])),
  );
});

for (const type of ['multus', 'multus-shim', 'genie', 'danm']) {
  test(`${type} comes first by design and asks flannel`, (t) => {
    const scene = withFacts(VXLAN, {
      cniConfigs: [
        { file: '/etc/cni/net.d/00-first.conf', network: 'first', plugins: [type] },
        { file: '/etc/cni/net.d/10-flannel.conflist', network: 'cbr0', plugins: ['flannel', 'portmap'] },
      ],
    });
    t.deepEqual(said(scene).findings, []);
  });
}

test('a CNI without a bridge and one that is not flannel have lines of their own', (t) => {
  const agent = (cni: string) => ({ cni, namespace: 'kube-system', name: `${cni}-x`, container: cni, running: true });
  const all = ['canal', 'kindnet', 'kube-router', 'antrea', 'cilium', 'other'].map((cni) => [
    cni,
    said({ ...VXLAN, agents: [agent(cni)] }),
  ]);
  sameAsExpected(t, 'expected/node/other-cnis.yaml', Object.fromEntries(all));
});
