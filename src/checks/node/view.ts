import { type CNIOnNode, onNode } from '../../cni/on-node.ts';
import type { Block, Family } from '../../model/cidr.ts';
import type { Finding } from '../../model/finding.ts';
import type { NodeFacts, NodeLink, NodeRoute } from '../../model/node-facts.ts';
import type { Reading } from '../../model/reading.ts';
import { addressText } from '../../subnet/address.ts';
import { equal } from '../../subnet/block.ts';
import { readableBlocks, readSloppily } from '../../subnet/parse.ts';
import { addressBlock } from '../../subnet/single.ts';
import type { ExpectedNode, Peer } from './expected.ts';

/** A route with its destination read. */
export interface ViewedRoute extends NodeRoute {
  block: Block;
}

/** A vxlan device that the API says a node has, for one family. */
export interface Overlay {
  family: Family;
  device: string;
  /** Its MAC address by the annotation. */
  mac: string;
  /** The node's subnet of that family. */
  subnet: Block;
  /** As it is on the node; undefined when it is not there, or when devices could not be read. */
  link: NodeLink | undefined;
}

/** Facts and expectation of one node, as the checks look at them. */
export interface NodeView {
  facts: NodeFacts;
  expected: ExpectedNode;
  /** What its CNI keeps on a node; undefined when that is not known. */
  cni: CNIOnNode | undefined;
  /** The bridge of its pods, when there is one. */
  bridge: NodeLink | undefined;
  overlays: Overlay[];
  routes: Reading<ViewedRoute[]>;
  /** The subnets that flannel itself works with (subnet.env); empty when they are not known. */
  leased: Block[];
  /** flannel works with other subnets than the Node has: much else differs by this, and is not told again. */
  isLeaseStale: boolean;
  /** The networks that flannel's subnets are out of. */
  networks: Block[];
}

/** What a check of a node says. Code and node are filled in by the runner. */
export type NodeJudgement = { findings: Omit<Finding, 'code' | 'nodes' | 'subject'>[] } | { skipped: string };

export type NodeJudge = (view: NodeView) => NodeJudgement;

/** Nothing is wrong, or it is not for this CNI. */
export const FINE: NodeJudgement = { findings: [] };

export function viewNode(facts: NodeFacts, expected: ExpectedNode): NodeView {
  const cni = onNode(expected.cni);
  const links = facts.links.known ? facts.links.value : [];
  const env = cni?.isFlannel && facts.subnetEnv.known ? facts.subnetEnv.value : undefined;
  const leased = readableBlocks(env?.subnets ?? []);
  return {
    facts,
    expected,
    cni,
    bridge: links.find(({ name }) => name === cni?.bridge),
    overlays: cni?.isFlannel ? overlaysOf(expected, links) : [],
    routes: readRoutes(facts.routes),
    leased,
    isLeaseStale: env !== undefined && (leased.length === 0 || leased.some((block) => !isIn(expected.subnets, block))),
    networks: readableBlocks(env?.networks ?? []),
  };
}

function readRoutes(routes: NodeFacts['routes']): NodeView['routes'] {
  if (!routes.known) return routes;
  const value = routes.value.flatMap((route) => {
    const block = readSloppily(route.to);
    return block ? [{ ...route, block }] : [];
  });
  return { ...routes, value };
}

function overlaysOf({ flannel, subnets }: ExpectedNode, links: NodeLink[]): Overlay[] {
  if (flannel?.backend !== 'vxlan') return [];
  return subnets.flatMap((subnet) => {
    const { mac, device } = flannel.addresses[subnet.family];
    // A family that flannel was not told to use has no data.
    if (mac === undefined) return [];
    return [{ family: subnet.family, device, mac, subnet, link: links.find(({ name }) => name === device) }];
  });
}

/** True when one of the blocks is exactly this one. */
export function isIn(blocks: Block[], block: Block): boolean {
  return blocks.some((one) => equal(one, block));
}

/** The first address of a subnet's pods, which the bridge has: 10.244.1.1/24. */
export function gatewayOf({ family, first, prefix }: Block): string {
  return `${addressText(family, first + 1n)}/${prefix}`;
}

/** The address of flannel's device: the subnet's own, alone (10.244.1.0/32). */
export function overlayAddress({ family, first }: Block): string {
  return `${addressText(family, first)}/${family === 'IPv4' ? 32 : 128}`;
}

/** The nodes beside this one that have a subnet which is exactly this. */
export function holdersOf({ expected }: NodeView, subnet: Block): Peer[] {
  return expected.peers.filter(({ name, subnets }) => name !== expected.name && isIn(subnets, subnet));
}

/**
 * Where packets for a node may be sent: the address that its flannel tells, and its own. A wrong address in its annotation is its
 * own fault (PublicIPForeign), not of peers that still know a right one.
 */
export function homesOf({ flannel, addresses }: Peer, family: Family): Block[] {
  const texts = [flannel?.addresses[family].publicIP ?? '', ...addresses];
  return texts.flatMap((text) => addressBlock(text) ?? []).filter((block) => block.family === family);
}

/** A route in words: 10.244.2.0/24 via 10.244.2.0 dev flannel.1. */
export function routeText({ to, via, dev, type }: NodeRoute): string {
  return [
    ...(type === 'unicast' ? [] : [type]),
    to,
    ...(via === undefined ? [] : [`via ${via}`]),
    ...(dev === undefined || type !== 'unicast' ? [] : [`dev ${dev}`]),
  ].join(' ');
}
