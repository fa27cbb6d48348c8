import { isSameAddress, routesTo } from '../../cni/care/care.ts';
import type { Block } from '../../model/cidr.ts';
import type { RawObject } from '../../model/json.ts';
import type { NodeFacts, NodeRoute } from '../../model/node-facts.ts';
import { asList, asObject, asText, asTexts } from '../../model/read-json.ts';
import { addressText } from '../../subnet/address.ts';
import { overlaps } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';

const PREFIX = 'flannel.alpha.coreos.com/';

/** flannel's backends that give every node a route to each other node's subnet; others have one for all, or none. */
const ROUTED = ['vxlan', 'host-gw'];

/** A node whose subnets the others must find. */
export interface RouteTarget {
  node: string;
  blocks: Block[];
  /** Its addresses as a next hop. */
  addresses: string[];
  /** MAC addresses of its ends of vxlan tunnels, lower case. */
  macs: string[];
}

/** What routes to this Node must look like; undefined where its CNI makes none of its own. */
export function routeTarget(node: RawObject, cni: string): RouteTarget | undefined {
  const { name, annotations } = asObject(node.metadata);
  const texts = asTexts(annotations);
  const blocks = readableBlocks(asList(asObject(node.spec).podCIDRs).flatMap((text) => asText(text) ?? []));
  const value = (key: string) => texts[`${PREFIX}${key}`];
  if (cni === 'kindnet') {
    const addresses = asList(asObject(node.status).addresses).map(asObject);
    const internal = addresses.flatMap(({ type, address }) => (type === 'InternalIP' ? (asText(address) ?? []) : []));
    return { node: String(name), blocks, addresses: internal, macs: [] };
  }
  if (!ROUTED.includes(value('backend-type') ?? '')) return undefined;
  const data = [value('backend-data'), value('backend-v6-data')].join(' ');
  return {
    node: String(name),
    blocks,
    addresses: ['public-ip-overwrite', 'public-ip', 'public-ipv6-overwrite', 'public-ipv6'].flatMap(
      (key) => value(key) ?? [],
    ),
    macs: [...data.matchAll(/"VtepMAC"\s*:\s*"([^"]+)"/g)].flatMap(([, mac]) => mac?.toLowerCase() ?? []),
  };
}

/** A subnet that the other nodes must find, and all nodes behind it: a route that leads to any of them counts. */
export interface WantedRoute {
  block: Block;
  holders: RouteTarget[];
}

/** The subnets of these targets, each once. `all`: whatever nodes may share them, the targets among them. */
export function wantedRoutes(targets: RouteTarget[], all: RouteTarget[]): WantedRoute[] {
  const wanted = new Map<string, WantedRoute>();
  for (const block of targets.flatMap(({ blocks }) => blocks)) {
    if (wanted.has(block.text)) continue;
    wanted.set(block.text, { block, holders: all.filter(({ blocks }) => blocks.some((one) => overlaps(one, block))) });
  }
  return [...wanted.values()];
}

/**
 * Those of these routes that a node lacks, of the families that it has. Who holds a part of a subnet itself has no route to its
 * other holders, and needs none. `own`: the subnets of its Node; undefined: those that its flannel works with.
 */
export function lackedRoutes(facts: NodeFacts, wanted: WantedRoute[], own: Block[] | undefined): WantedRoute[] {
  const held = own ?? flannelSubnets(facts);
  return wanted.filter(
    ({ block, holders }) =>
      !held.some((one) => overlaps(one, block)) &&
      hasFamily(facts, block) &&
      !holders.some((holder) => finds(facts, block, holder)),
  );
}

/** A node without any route of the family to pods has no use for one (net-conf.json's EnableIPv6). */
function hasFamily(facts: NodeFacts, { family }: Block): boolean {
  const own = flannelSubnets(facts);
  return own.length === 0 || own.some((block) => block.family === family);
}

function flannelSubnets({ subnetEnv }: NodeFacts): Block[] {
  return subnetEnv.known ? readableBlocks(subnetEnv.value.subnets) : [];
}

function finds(facts: NodeFacts, block: Block, target: RouteTarget): boolean {
  const routes = routesTo(facts, [block.text]).filter(({ type }) => type === 'unicast');
  return routes.some((route) => {
    if (target.addresses.some((address) => isSameAddress(address, route.via))) return true;
    const isTunnel = route.via !== undefined && isSameAddress(addressText(block.family, block.first), route.via);
    return isTunnel && leadsThere(facts, route, target);
  });
}

/** Over the tunnel a neighbour and an entry of the forwarding database decide; where they are not known the route is believed. */
function leadsThere({ neighbours, forwarding }: NodeFacts, { dev, via = '' }: NodeRoute, target: RouteTarget): boolean {
  const { macs, addresses } = target;
  if (!neighbours.known || macs.length === 0) return true;
  const mac = neighbours.value.find((one) => one.dev === dev && isSameAddress(one.address, via))?.mac;
  if (mac === undefined || !macs.includes(mac)) return false;
  if (!forwarding.known || addresses.length === 0) return true;
  const entries = forwarding.value.filter((entry) => entry.dev === dev && entry.mac === mac && entry.dst !== undefined);
  return entries.some(({ dst }) => addresses.some((address) => isSameAddress(address, dst)));
}

/** Routes to subnets that nobody has any more, over a node that gave one up: its addresses, or the tunnel. */
export function abandonedRoutes(facts: NodeFacts, subnets: Block[], addresses: string[]): NodeRoute[] {
  return routesTo(
    facts,
    subnets.map(({ text }) => text),
  ).filter(({ type, to, via }) => {
    const theirs = isSameAddress(to, via) || addresses.some((address) => isSameAddress(address, via));
    return type === 'unicast' && theirs;
  });
}
