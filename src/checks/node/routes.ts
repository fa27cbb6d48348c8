import { deletesRoute } from '../../cni/node-commands.ts';
import type { Block } from '../../model/cidr.ts';
import { contains, overlaps } from '../../subnet/block.ts';
import { addressBlock } from '../../subnet/single.ts';
import type { Peer } from './expected.ts';
import { onNetwork, restarts } from './remedies.ts';
import { FINE, holdersOf, homesOf, isIn, type NodeJudge, type NodeView, routeText, type ViewedRoute } from './view.ts';

/** Subnets of other nodes that this one should have a route to, with their holders. Those that it shares itself have none. */
export function wantedRoutes(view: NodeView): { subnet: Block; holders: Peer[] }[] {
  const { expected, cni } = view;
  if (!cni?.routesEachPeer && !routesByFlannel(view)) return [];
  const subnets = new Map<string, { subnet: Block; holders: Peer[] }>();
  for (const peer of expected.peers) {
    if (peer.name === expected.name || (cni?.isFlannel && !isFlannelPeer(view, peer))) continue;
    for (const subnet of peer.subnets) {
      if (expected.subnets.some((own) => overlaps(own, subnet)) || !speaks(view, peer, subnet)) continue;
      const known = subnets.get(subnet.text);
      if (known) known.holders.push(peer);
      else subnets.set(subnet.text, { subnet, holders: [peer] });
    }
  }
  return [...subnets.values()];
}

/** Backends that put a route to each peer into the main table; others (wireguard, ipsec) have their own ways. */
function routesByFlannel({ cni, expected }: NodeView): boolean {
  return cni?.isFlannel === true && ['vxlan', 'host-gw'].includes(expected.flannel?.backend ?? '');
}

/** flannel ignores nodes with another backend (backend/vxlan/vxlan_network.go: ignoring non-vxlan subnet). */
function isFlannelPeer({ expected }: NodeView, { flannel }: Peer): boolean {
  return flannel !== undefined && flannel.backend === expected.flannel?.backend;
}

/** Both use this family. */
function speaks({ expected, cni }: NodeView, peer: Peer, { family }: Block): boolean {
  if (!cni?.isFlannel) return expected.subnets.some((own) => own.family === family);
  return [expected, peer].every(({ flannel }) => flannel?.addresses[family].publicIP !== undefined);
}

/** True when a route leads where one of these nodes is: through flannel's device, or (host-gw, DirectRouting) to its address. */
function leadsTo(view: NodeView, route: ViewedRoute, holders: Peer[]): boolean {
  if (route.type !== 'unicast') return false;
  if (!view.cni?.isFlannel || view.overlays.some(({ device }) => device === route.dev)) return true;
  const via = addressBlock(route.via ?? '');
  return via !== undefined && holders.some((holder) => isIn(homesOf(holder, route.family), via));
}

/** The routes to exactly this subnet. */
export function routesTo({ routes }: NodeView, subnet: Block): ViewedRoute[] {
  return routes.known ? routes.value.filter(({ block, type }) => type === 'unicast' && isIn([block], subnet)) : [];
}

/** Peers' subnets that no route leads to. Without flannel's device there are none: that is OverlayMissing. */
export const judgeRouteMissing: NodeJudge = (view) => {
  const { routes, expected, overlays } = view;
  const wanted = wantedRoutes(view);
  if (wanted.length === 0) return FINE;
  if (!routes.known) return { skipped: routes.reason };
  const hasDevice = (subnet: Block) => !overlays.some(({ family, link }) => family === subnet.family && !link?.up);
  const missing = wanted.filter(({ subnet }) => hasDevice(subnet) && routesTo(view, subnet).length === 0);
  if (missing.length === 0) return FINE;
  return {
    findings: [
      {
        severity: 'error',
        message: `no route to ${missing.map(({ subnet }) => subnet.text).join(', ')}`,
        evidence: missing.map(
          ({ subnet, holders }) => `${subnet.text} is the subnet of ${holders.map(({ name }) => name).join(', ')}`,
        ),
        remedy: restarts(expected),
      },
    ],
  };
};

/** Routes to subnets that no node has, and routes that lead a peer's subnet elsewhere. */
export const judgeRouteStale: NodeJudge = (view) => {
  const { routes, cni, expected } = view;
  if (!cni?.isFlannel || expected.subnets.length === 0) return FINE;
  if (!routes.known) return { skipped: routes.reason };
  const suspects = routes.value.filter((route) => isFlannels(view, route) && !isOwn(view, route));
  const held = suspects.flatMap((route) => {
    const holders = holdersOf(view, route.block);
    return holders.length === 0 ? [] : [{ route, holders }];
  });
  const astray = held.filter(({ route, holders }) => !leadsTo(view, route, holders));
  const orphans = suspects.filter((route) => isOrphan(view, route));
  return {
    findings: [
      ...astray.map(({ route, holders }) => ({
        severity: 'error' as const,
        message: `the route to ${route.to} does not lead to ${holders.map(({ name }) => name).join(', ')}`,
        evidence: [routeText(route), ...holders.map(whereabouts(route))],
        remedy: restarts(expected),
      })),
      ...(orphans.length === 0
        ? []
        : [
            {
              severity: 'warning' as const,
              message: `${orphans.length === 1 ? 'a route leads' : 'routes lead'} to ${orphans.map(({ to }) => to).join(', ')}, which no node has`,
              evidence: orphans.map(routeText),
              remedy: onNetwork(expected, orphans.map(deletesRoute)),
            },
          ]),
    ],
  };
};

function whereabouts({ family }: ViewedRoute) {
  return ({ name, flannel }: Peer) => `${name} is at ${flannel?.addresses[family].publicIP ?? 'no known address'}`;
}

/** Routes that flannel makes: through its devices, into its networks by way of another node, and blackholes in them. */
function isFlannels({ networks }: NodeView, { block, via, dev, type }: ViewedRoute): boolean {
  if (type !== 'unicast' && type !== 'blackhole') return false;
  // The kernel's own, to the device's address, have no next hop.
  if (type === 'unicast' && via === undefined) return false;
  return dev?.startsWith('flannel') === true || networks.some((network) => contains(network, block));
}

/** To the node's own subnet: RouteToSelf, or flannel's own blackhole for it (--ip-blackhole-route). */
function isOwn({ expected, leased }: NodeView, { block }: ViewedRoute): boolean {
  return [...expected.subnets, ...leased].some((own) => contains(own, block));
}

/** No node has its subnet. A larger one around other nodes' may be somebody's own, unless it goes through flannel's device. */
function isOrphan(view: NodeView, { block, dev }: ViewedRoute): boolean {
  if (holdersOf(view, block).length > 0) return false;
  const around = view.expected.peers.some(({ subnets }) => subnets.some((subnet) => overlaps(subnet, block)));
  return !around || dev?.startsWith('flannel') === true;
}

/** What the kernel gives the route of a device's own IPv6 addresses (include/uapi/linux/ipv6_route.h: IP6_RT_PRIO_ADDRCONF). */
const CONNECTED_IPV6 = 256;

/**
 * A route sends the node's own subnet away from its bridge. flannel makes one when its Node gets another subnet while it runs;
 * until it is started again that is NodeSubnetStale. IPv6 routes have metrics, and flannel's stand behind the bridge's own.
 */
export const judgeRouteToSelf: NodeJudge = ({ routes, expected, cni, bridge, isLeaseStale }) => {
  // Others (cilium) route their own subnet by way of an address in it.
  if (!(cni?.isFlannel || cni?.bridge || cni?.routesEachPeer) || isLeaseStale) return FINE;
  if (!routes.known) return { skipped: routes.reason };
  const away = routes.value.filter(
    ({ type, via, dev, block }) =>
      type === 'unicast' &&
      via !== undefined &&
      dev !== bridge?.name &&
      expected.subnets.some((own) => contains(own, block)),
  );
  if (away.length === 0) return FINE;
  const isBehind = ({ family, metric = 0 }: ViewedRoute) => family === 'IPv6' && metric > CONNECTED_IPV6;
  const harmless = away.every(isBehind);
  const subnets = expected.subnets.filter((own) => away.some(({ block }) => contains(own, block)));
  return {
    findings: [
      {
        severity: harmless ? 'info' : 'error',
        message: `the node's own subnet ${subnets.map(({ text }) => text).join(', ')} is routed away from it${harmless ? ", behind its bridge's own route" : ''}`,
        evidence: away.map(routeText),
        remedy: onNetwork(expected, away.map(deletesRoute)),
      },
    ],
  };
};
