import test from 'ava';
import type { NodeFacts } from '../../../../src/model/node-facts.ts';
import {
  abandonedRoutes,
  lackedRoutes,
  type RouteTarget,
  routeTarget,
  wantedRoutes,
} from '../../../../src/plan/care/routes.ts';
import { readableBlocks } from '../../../../src/subnet/parse.ts';
import { facts, known, route } from '../../facts.ts';

const PREFIX = 'flannel.alpha.coreos.com/';

function target(
  backend: string,
  { podCIDRs = ['10.244.40.0/24'], cni = 'flannel' } = {},
  more: Record<string, string> = {},
) {
  return routeTarget(
    {
      metadata: {
        name: 'n3',
        annotations: {
          [`${PREFIX}backend-type`]: backend,
          [`${PREFIX}backend-data`]: ' {"VNI":1,"VtepMAC":"AA:bb:cc:00:00:03"}',
          [`${PREFIX}public-ip`]: '10.99.0.13',
          ...more,
        },
      },
      spec: { podCIDRs },
      status: { addresses: [{ type: 'InternalIP', address: '10.99.0.13' }] },
    },
    cni,
  );
}

const NEIGHBOUR = { dev: 'flannel.1', address: '10.244.40.0', mac: 'aa:bb:cc:00:00:03' };
const FORWARDING = { dev: 'flannel.1', mac: 'aa:bb:cc:00:00:03', dst: '10.99.0.13' };
const TUNNEL = route('10.244.40.0/24 via 10.244.40.0 dev flannel.1');

function finds(some: Partial<NodeFacts>, wanted = target('vxlan')): boolean | undefined {
  return wanted && lackedRoutes(facts(some), wantedRoutes([wanted], [wanted]), undefined).length === 0;
}

/** A node with flannel's vxlan. */
function holder(name: string, mac: string, ip: string, podCIDRs: string[]): RouteTarget {
  const more = { [`${PREFIX}public-ip`]: ip, [`${PREFIX}backend-data`]: `{"VtepMAC":"${mac}"}` };
  return { ...(target('vxlan', { podCIDRs }, more) as RouteTarget), node: name };
}

const SHARED = '10.244.40.0/24';
const N2 = holder('n2', 'aa:bb:cc:00:00:02', '10.99.0.12', [SHARED]);
const N3 = holder('n3', 'aa:bb:cc:00:00:03', '10.99.0.13', [SHARED]);
const MOVED = holder('n4', 'aa:bb:cc:00:00:04', '10.99.0.14', ['10.244.41.0/24']);

/** The subnets to which a node with this route over the tunnel to the shared one lacks a route. */
function lacked(routes: (typeof TUNNEL)[], own: string[] | undefined, targets = [MOVED, N2, N3], all = targets) {
  const to41 = route('10.244.41.0/24 via 10.244.41.0 dev flannel.1');
  const some = facts({
    routes: known([to41, ...routes]),
    neighbours: known([NEIGHBOUR, { dev: 'flannel.1', address: '10.244.41.0', mac: 'aa:bb:cc:00:00:04' }]),
    forwarding: known([FORWARDING, { dev: 'flannel.1', mac: 'aa:bb:cc:00:00:04', dst: '10.99.0.14' }]),
  });
  const blocks = own === undefined ? undefined : readableBlocks(own);
  return lackedRoutes(some, wantedRoutes(targets, all), blocks).map(({ block }) => block.text);
}

test('a route over the tunnel counts when its end is the right one', (t) => {
  const whole = { routes: known([TUNNEL]), neighbours: known([NEIGHBOUR]), forwarding: known([FORWARDING]) };
  t.true(finds(whole));
  t.true(finds({ routes: known([TUNNEL]) }), 'what is not known is believed');
  t.false(finds({ ...whole, routes: known([]) }));
  t.false(finds({ ...whole, neighbours: known([]) }));
  t.false(finds({ ...whole, neighbours: known([{ ...NEIGHBOUR, mac: 'aa:bb:cc:00:00:02' }]) }), 'of its former twin');
  t.false(finds({ ...whole, forwarding: known([{ ...FORWARDING, dst: '10.99.0.12' }]) }));
});

test('a direct route counts when it leads over the node itself', (t) => {
  const direct = (via: string) => ({ routes: known([route(`10.244.40.0/24 via ${via} dev eth0`)]) });
  t.true(finds(direct('10.99.0.13'), target('host-gw')));
  t.true(finds(direct('10.99.0.13'), target('vxlan')), 'DirectRouting');
  t.false(finds(direct('10.99.0.12'), target('host-gw')));
  t.false(finds({ routes: known([route('blackhole 10.244.40.0/24')]) }, target('host-gw')));
  t.false(finds({ routes: known([route('10.244.0.0/16 via 10.99.0.13 dev eth0')]) }, target('host-gw')));
  t.true(finds(direct('10.99.0.99'), target('host-gw', {}, { [`${PREFIX}public-ip-overwrite`]: '10.99.0.99' })));
  t.true(finds(direct('10.99.0.13'), target('', { cni: 'kindnet' })));
});

test('a family that a node does not have needs no route', (t) => {
  const both = target(
    'host-gw',
    { podCIDRs: ['10.244.40.0/24', 'fd00:40::/64'] },
    { [`${PREFIX}public-ipv6`]: 'fd99::13' },
  );
  const v4 = route('10.244.40.0/24 via 10.99.0.13 dev eth0');
  const env = (...subnets: string[]) => known({ networks: [], subnets, mtu: undefined });
  t.true(finds({ routes: known([v4]), subnetEnv: env('10.244.1.1/24') }, both));
  t.false(finds({ routes: known([v4]), subnetEnv: env('10.244.1.1/24', 'fd00:1::1/64') }, both));
  t.false(finds({ routes: known([v4]) }, both));
  const v6 = route('fd00:40::/64 via fd99::13 dev eth0');
  t.true(finds({ routes: known([v4, v6]) }, both));
});

test('of nodes that share a subnet a route to either counts, and no node looks for one to its own', (t) => {
  const peer = ['10.244.1.0/24'];
  t.deepEqual(lacked([TUNNEL], peer), [], 'the other lost it');
  t.deepEqual(lacked([], peer), [SHARED], 'once, for both');
  t.deepEqual(lacked([TUNNEL], peer, [N2]), [SHARED], 'it leads to a node that has nothing of it');
  t.deepEqual(lacked([TUNNEL], peer, [N2], [N2, N3]), [], 'who else holds it need not have been asked for');
  t.deepEqual(lacked([], [SHARED]), [], 'a survivor needs no route to the other');
  t.deepEqual(lacked([], ['10.244.40.128/25']), [], 'nor does who has a part of it');
  t.deepEqual(lacked([], ['10.244.0.0/16']), []);
});

test('a subnet that lies in another one is looked for by itself, and leads to either', (t) => {
  const part = holder('n5', 'aa:bb:cc:00:00:05', '10.99.0.15', ['10.244.40.0/25']);
  const peer = ['10.244.1.0/24'];
  t.deepEqual(lacked([TUNNEL], peer, [N3, part]), ['10.244.40.0/25']);
  const both = [TUNNEL, route('10.244.40.0/25 via 10.244.40.0 dev flannel.1')];
  t.deepEqual(lacked(both, peer, [N3, part]), [], 'they have one neighbour');
});

test('without its Node a peer is asked for what its flannel holds', (t) => {
  const env = known({ networks: [], subnets: ['10.244.40.1/24'], mtu: undefined });
  t.deepEqual(lackedRoutes(facts({ routes: known([]), subnetEnv: env }), wantedRoutes([N2], [N2]), undefined), []);
});

test('backends without a route for each node are not judged', (t) => {
  t.is(target('wireguard'), undefined);
  t.is(target('udp'), undefined);
});

test('a route to a subnet that nobody has goes, if it led to who gave it up', (t) => {
  const routes = ['10.244.2.0/24 via 10.99.0.13 dev eth0', '10.244.2.0/24 via 10.244.2.0 dev flannel.1'].map(route);
  const others = ['10.244.2.0/24 via 192.0.2.1 dev eth1', '10.244.2.0/24 dev cni0', 'blackhole 10.244.2.0/24'].map(
    route,
  );
  const found = abandonedRoutes(facts({ routes: known([...routes, ...others]) }), readableBlocks(['10.244.2.0/24']), [
    '10.99.0.13',
  ]);
  t.deepEqual(found, routes);
});
