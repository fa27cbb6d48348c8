import test from 'ava';
import { factsOf } from '../../../src/host/facts.ts';
import { splitParts } from '../../../src/host/read/parts.ts';
import { known, recordedFacts, recordedText } from './recorded.ts';

const SOURCE = { node: 'n2', source: 'pod a/b' };

test('a node with flannel, read in a helper pod', (t) => {
  const facts = recordedFacts('vxlan');
  t.deepEqual(known(facts.subnetEnv), { networks: ['10.244.0.0/16'], subnets: ['10.244.255.1/24'], mtu: 1450 });
  const links = known(facts.links);
  const { mac, ...device } = links.find(({ name }) => name === 'flannel.1') ?? {};
  t.regex(mac ?? '', /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  t.deepEqual(device, {
    name: 'flannel.1',
    up: true,
    mtu: 1450,
    addresses: ['10.244.255.0/32'],
    kind: 'vxlan',
    vxlan: { id: 1, local: '10.99.0.12', port: 8472 },
  });
  t.like(
    links.find(({ name }) => name === 'cni0'),
    { up: true, mtu: 1450, addresses: ['10.244.255.1/24'], kind: 'bridge' },
  );
  t.deepEqual(
    known(facts.routes).filter(({ dev, family }) => dev === 'flannel.1' && family === 'IPv4'),
    ['10.244.1', '10.244.3'].map((net) => ({
      family: 'IPv4',
      to: `${net}.0/24`,
      via: `${net}.0`,
      dev: 'flannel.1',
      type: 'unicast',
      metric: undefined,
    })),
  );
  t.deepEqual(
    known(facts.forwarding)
      .map(({ dst }) => dst)
      .sort(),
    ['10.99.0.11', '10.99.0.12', '10.99.0.13'],
  );
  t.deepEqual(
    known(facts.neighbours)
      .map(({ address }) => address)
      .sort(),
    ['10.244.1.0', '10.244.3.0'],
  );
  t.true(known(facts.forwards.IPv4) && known(facts.forwards.IPv6) && known(facts.bridgeFilter));
  t.deepEqual(known(facts.cniConfigs), [
    { file: '/etc/cni/net.d/10-flannel.conflist', network: 'cbr0', plugins: ['flannel', 'portmap'] },
  ]);
  t.deepEqual(known(facts.hostLocal), [{ network: 'cbr0', held: [{ address: '10.244.255.2', age: 9 }] }]);
});

for (const [json, text] of [
  ['vxlan', 'vxlan-text'],
  ['dual-stack', 'dual-stack-text'],
  ['many-routes', 'many-routes-text'],
] as const) {
  test(`${json}: programs that know no JSON say the same`, (t) => {
    const network = ({ links, routes, forwarding, neighbours }: ReturnType<typeof recordedFacts>) => ({
      links: known(links),
      routes: known(routes),
      forwarding: known(forwarding),
      neighbours: known(neighbours),
    });
    t.deepEqual(network(recordedFacts(text)), network(recordedFacts(json)));
  });
}

test('both families have devices, routes and entries of their own', (t) => {
  const facts = recordedFacts('dual-stack');
  t.deepEqual(known(facts.subnetEnv).subnets, ['10.244.3.1/24', 'fd00:10:244:3::1/64']);
  const devices = known(facts.forwarding).map(({ dev }) => dev);
  t.deepEqual([...new Set(devices)].sort(), ['flannel-v6.1', 'flannel.1']);
  const routes = known(facts.routes).filter(({ dev }) => dev === 'flannel-v6.1' && dev !== undefined);
  t.true(routes.some(({ family, via, metric }) => family === 'IPv6' && via !== undefined && metric === 1024));
});

test('busybox shows what it can; what it lacks says why', (t) => {
  const [busybox, whole] = [recordedFacts('busybox'), recordedFacts('many-routes')];
  const plain = (facts: typeof whole) =>
    known(facts.links)
      .map(({ name, up, mac, addresses }) => ({ name, up, mac, addresses }))
      .sort((a, b) => a.name.localeCompare(b.name));
  t.deepEqual(plain(busybox), plain(whole));
  const gatewayed = (facts: typeof whole) =>
    known(facts.routes).filter(({ via, to }) => via && /^(10.244|fd)/.test(to));
  t.deepEqual(gatewayed(busybox), gatewayed(whole));
  t.deepEqual(
    new Set(known(busybox.neighbours).map((one) => JSON.stringify(one))),
    new Set(known(whole.neighbours).map((one) => JSON.stringify(one))),
  );
  t.like(busybox.forwarding, { known: false, reason: 'sh: line 8: bridge: not found' });
  t.like(busybox.forwardPolicies.IPv4, { known: false });
});

test('routes of every kind keep their type, and the first of several next hops', (t) => {
  const routes = known(recordedFacts('many-routes').routes);
  const of = (to: string) => routes.find((route) => route.to === to);
  t.like(of('0.0.0.0/0'), { via: '10.99.0.1', dev: 'eth0', type: 'unicast' });
  t.like(of('10.244.9.0/24'), { type: 'blackhole', via: undefined });
  t.like(of('10.246.0.0/24'), { type: 'unreachable' });
  t.like(of('10.245.0.0/24'), { via: '10.99.0.2', dev: 'eth0' });
  t.like(of('10.99.9.9/32'), { via: undefined, dev: 'eth0' });
  t.like(of('10.247.0.0/24'), { via: 'fd00:99::1', dev: 'eth0' });
});

test('a folder that the pod does not see is no empty folder', (t) => {
  const facts = recordedFacts('host-gw');
  t.deepEqual(facts.hostLocal, {
    known: false,
    reason: "the CNI's pod does not see this folder of the host; a helper pod does",
  });
  t.like(facts.cniConfigs, { known: false });
});

test('output that breaks off leaves the rest unknown', (t) => {
  const text = recordedText('vxlan');
  const facts = factsOf(SOURCE, splitParts(text.slice(0, text.indexOf('@@route6') + 20)));
  t.like(facts.links, { known: true });
  t.deepEqual(facts.routes, { known: false, reason: 'the answer of the node broke off' });
  t.deepEqual(facts.hostLocal, { known: false, reason: 'the answer of the node broke off' });
});

test('a part whose output cannot be read says so', (t) => {
  const facts = factsOf(SOURCE, splitParts('@@links\n[{"ifname":\n@@=0 \n@@ip4\n\n@@=1 cat: /proc/sys: gone\n'));
  t.like(facts.links, { known: false });
  t.deepEqual(facts.forwards.IPv4, { known: false, reason: 'cat: /proc/sys: gone' });
});

test('a subnet.env that is not there is known to be empty', (t) => {
  const facts = factsOf(SOURCE, splitParts('@@subnet\n\n@@=0 \n'));
  t.deepEqual(known(facts.subnetEnv), { networks: [], subnets: [], mtu: undefined });
});

test('CNI configurations come in the order of the runtime, and a broken one is no network', (t) => {
  const text = [
    '@@cni',
    '@@file /etc/cni/net.d/87-podman.conflist',
    '{"name":"podman","plugins":[{"type":"bridge"}]}',
    '@@file /etc/cni/net.d/10-flannel.conflist',
    '{"name":"cbr0","plugins":[{"type":"flannel"}]}',
    '@@file /etc/cni/net.d/05-single.conf',
    '{"name":"one","type":"macvlan"}',
    '@@file /etc/cni/net.d/00-half.conflist',
    '{"name":',
    '',
    '@@=0 ',
  ].join('\n');
  t.deepEqual(known(factsOf(SOURCE, splitParts(text)).cniConfigs), [
    { file: '/etc/cni/net.d/00-half.conflist', network: undefined, plugins: [] },
    { file: '/etc/cni/net.d/05-single.conf', network: 'one', plugins: ['macvlan'] },
    { file: '/etc/cni/net.d/10-flannel.conflist', network: 'cbr0', plugins: ['flannel'] },
    { file: '/etc/cni/net.d/87-podman.conflist', network: 'podman', plugins: ['bridge'] },
  ]);
});
