import test from 'ava';
import { CNI_AGENTS } from '../../../src/cni/agents.ts';
import { configuredSubnets } from '../../../src/cni/care/care.ts';
import { careFor } from '../../../src/cni/care/catalogue.ts';
import { removalCommands, removeFiles } from '../../../src/cni/care/commands.ts';
import type { NodeFacts } from '../../../src/model/node-facts.ts';
import { facts, known, link, route } from '../facts.ts';

const FROM = ['10.244.2.0/24'];
const TO = ['10.244.40.0/24'];

const leftovers = (cni: string, some: Partial<NodeFacts>, change = { from: FROM, to: TO }) =>
  removalCommands(careFor(cni)?.leftovers?.(facts(some), change) ?? { links: [], routes: [] });
const shows = (cni: string, some: Partial<NodeFacts>, to = TO) => careFor(cni)?.inForce(facts(some), to);

test('every CNI whose agents are known is cared for', (t) => {
  for (const { cni } of CNI_AGENTS) t.is(careFor(cni)?.cni, cni);
  t.is(careFor('weave'), undefined);
});

test('flannel works with the subnet once subnet.env has it, and nothing else', (t) => {
  const env = (...subnets: string[]) => ({ subnetEnv: known({ networks: ['10.244.0.0/16'], subnets, mtu: 1450 }) });
  t.true(shows('flannel', env('10.244.40.1/24')));
  t.false(shows('flannel', env('10.244.2.1/24')));
  t.false(shows('flannel', env('10.244.40.1/16')), 'another size is another subnet');
  t.false(shows('flannel', env()), 'no subnet.env yet');
  t.false(shows('flannel', {}), 'not readable yet');
  const both = ['10.244.40.0/24', 'fd00:10:244:5::/64'];
  t.true(shows('flannel', env('10.244.40.1/24', 'fd00:10:244:5::1/64'), both));
  t.true(shows('flannel', env('10.244.40.1/24'), both), 'EnableIPv6 may be off');
  t.false(shows('flannel', env('10.244.40.1/24', 'fd00:10:244:4::1/64'), both));
  t.true(shows('canal', env('10.244.40.1/24')));
});

test('flannel leaves a bridge with another address behind, whatever that is', (t) => {
  const bridges = (...links: ReturnType<typeof link>[]) => leftovers('flannel', { links: known(links) });
  t.deepEqual(bridges(link('cni0', ['10.244.2.1/24'], 'bridge')), ['ip link del cni0']);
  t.deepEqual(bridges(link('cni0', ['10.99.9.1/24'], 'bridge')), ['ip link del cni0'], 'of an earlier life');
  t.deepEqual(
    bridges(link('cni0', ['10.244.40.1/16'], 'bridge')),
    ['ip link del cni0'],
    'the plugin compares masks too',
  );
  t.deepEqual(bridges(link('cni0', ['10.244.40.1/24', '10.244.2.1/24'], 'bridge')), ['ip link del cni0']);
  t.deepEqual(bridges(link('cni0', ['10.244.40.1/24'], 'bridge')), []);
  t.deepEqual(bridges(link('cni0', [], 'bridge')), [], 'the plugin gives it one');
  t.deepEqual(bridges(link('br-pods', ['10.244.2.1/24'], 'bridge')), ['ip link del br-pods'], 'delegate.bridge');
  t.deepEqual(bridges(link('docker0', ['172.17.0.1/16'], 'bridge'), link('eth0', ['10.99.0.13/24'])), []);
});

test('flannel with host-gw leaves a route of the node to itself behind; its bridge and what others have put there stay', (t) => {
  const links = known([link('eth0', ['10.99.0.13/24']), link('cni0', ['10.244.40.1/24'], 'bridge')]);
  const routes = (...texts: string[]) => leftovers('flannel', { links, routes: known(texts.map(route)) });
  t.deepEqual(routes('10.244.40.0/24 via 10.99.0.13 dev eth0'), [
    'ip route del 10.244.40.0/24 via 10.99.0.13 dev eth0',
  ]);
  t.deepEqual(routes('10.244.40.0/24 via 10.244.40.0 dev flannel.1'), [
    'ip route del 10.244.40.0/24 via 10.244.40.0 dev flannel.1',
  ]);
  t.deepEqual(routes('10.244.40.0/24 dev cni0', '10.244.2.0/24 via 10.99.0.12 dev eth0', 'default via 10.99.0.1'), []);
  t.deepEqual(routes('10.244.40.0/24 via 192.0.2.1 dev eth1'), []);
  t.deepEqual(routes('blackhole 10.244.2.0/24', 'blackhole 10.244.40.0/24'), ['ip route del blackhole 10.244.2.0/24']);
  t.deepEqual(leftovers('canal', { links: known([link('cni0', ['10.244.2.1/24'], 'bridge')]) }), []);
});

test('a family that stays leaves its bridge alone, one that goes does not', (t) => {
  const cni0 = known([link('cni0', ['10.244.2.1/24', 'fd00::1/64'], 'bridge')]);
  const change = (...to: string[]) => ({ from: ['10.244.2.0/24', 'fd00::/64'], to });
  t.deepEqual(leftovers('flannel', { links: cni0 }, change('10.244.2.0/24', 'fd00::/64')), []);
  t.deepEqual(leftovers('flannel', { links: cni0 }, change('10.244.2.0/24', 'fd00:1::/64')), ['ip link del cni0']);
  const v4 = known([link('cni0', ['10.244.2.1/24'], 'bridge')]);
  t.deepEqual(
    leftovers('flannel', { links: v4 }, { from: FROM, to: ['10.244.2.0/24', 'fd00::/64'] }),
    [],
    'a family more',
  );
});

test('antrea and cilium show their subnet at their gateway', (t) => {
  t.true(shows('antrea', { links: known([link('antrea-gw0', ['10.244.40.1/24'])]) }));
  t.false(shows('antrea', { links: known([link('antrea-gw0', ['10.244.2.1/24'])]) }));
  t.is(shows('antrea', { links: known([link('eth0', ['10.99.0.13/24'])]) }), undefined);
  t.true(shows('cilium', { links: known([link('cilium_host', ['10.244.40.7/32'])]) }));
  t.is(shows('cilium', { links: known([link('cilium_host', ['10.244.2.7/32'])]) }), undefined, 'it may keep that one');
});

test('kube-router and kindnet show theirs in their network configuration, and only kube-router must forget the old one first', (t) => {
  const conflist = '{"plugins":[{"ipam":{"ranges":[[{"subnet": "10.244.2.0/24"}],[{"subnet":"10.244.40.0/24"}]]}}]}';
  t.deepEqual(configuredSubnets(conflist), ['10.244.2.0/24', '10.244.40.0/24']);
  t.deepEqual(careFor('kube-router')?.before, {
    files: ['/etc/cni/net.d/10-kuberouter.conflist'],
    links: ['kube-bridge'],
  });
  t.false(careFor('kindnet')?.restarts);
  t.is(removeFiles(['/etc/a b']), "rm -f '/etc/a b' '/host/etc/a b'");
});
