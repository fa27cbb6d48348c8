import {
  doOverlap,
  hasAddress,
  isInside,
  isSame,
  LENGTH,
  type OracleBlock,
  pieces,
  readSingle,
  readText,
} from './blocks.ts';
import { createdAt, type World, type WorldNode } from './world.ts';

/** What must be found, and what of it must be named. */
export interface Expected {
  code: string;
  severity: 'error' | 'warning' | 'info';
  nodes: string[];
  /** A line for each subnet, address or pool that is named. */
  says: string[];
}

interface Held {
  node: WorldNode;
  text: string;
  block: OracleBlock;
}

interface Pool {
  cluster: OracleBlock;
  mask: number;
}

/** What is wrong with the subnets and pools of this cluster, from the definitions in DESIGN: by code, without order. */
export function expectedFindings(world: World): Expected[] {
  const held = holdings(world);
  return [
    ...missing(world),
    ...malformed(world),
    ...duplicates(held),
    ...overlapping(held),
    ...outsideCluster(world),
    ...outsideNetwork(world, held),
    ...otherMask(world, held),
    ...inServices(world, held),
    ...aroundAddresses(world, held),
    ...familyMissing(world),
    ...tooSmall(held),
    ...poolsRunOut(world, held),
  ];
}

export function holdings({ nodes }: World): Held[] {
  return nodes.flatMap((node) =>
    node.podCIDRs.flatMap((text) => {
      const { block } = readText(text);
      return block ? [{ node, text, block }] : [];
    }),
  );
}

/** The pools as kube-controller-manager understands its flags. */
export function poolsOf({ settings }: World): Pool[] {
  return (settings?.clusterCIDRs ?? []).flatMap((text, at) => {
    const { block } = readText(text);
    const mask = settings?.masks[at];
    return block && mask !== undefined ? [{ cluster: block, mask }] : [];
  });
}

export function servicesOf({ settings }: World): OracleBlock[] {
  return (settings?.services ?? []).flatMap((text) => readText(text).block ?? []);
}

export function networksOf({ network }: World): OracleBlock[] {
  return [network?.IPv4, network?.IPv6].flatMap((text) => (text === undefined ? [] : (readText(text).block ?? [])));
}

/** Addresses that packets to nodes go to. */
export function addressesOf({ nodes }: World) {
  return nodes.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ type, address }) => {
      const read = type === 'Hostname' ? undefined : readSingle(address);
      return read ? [{ ...read, words: `${address}: ${type} of ${name}` }] : [];
    }),
  );
}

/** The end of the year where a node says so, as in a dump the newest timestamp is the time. */
function isYoung(node: WorldNode, { nodes }: World): boolean {
  const now = Math.max(0, ...nodes.map((one) => createdAt(one) ?? 0));
  const created = createdAt(node);
  return created !== undefined && now - created < 60_000;
}

function needsNone({ kind }: WorldNode): boolean {
  return kind === 'virtual' || kind === 'deleting';
}

function names(list: { node: WorldNode }[]): string[] {
  return [...new Set(list.map(({ node }) => node.name))].sort();
}

function finding(code: string, severity: Expected['severity'], list: { node: WorldNode; text: string }[]): Expected[] {
  if (list.length === 0) return [];
  return [{ code, severity, nodes: names(list), says: list.map(({ node, text }) => `${node.name}: ${text}`) }];
}

function missing(world: World): Expected[] {
  const without = world.nodes.filter((node) => node.podCIDRs.length === 0 && !needsNone(node) && !isYoung(node, world));
  if (without.length === 0) return [];
  const severity = world.nodes.some(({ flannel }) => flannel) ? 'error' : 'warning';
  return [{ code: 'SubnetMissing', severity, nodes: without.map(({ name }) => name).sort(), says: [] }];
}

function malformed({ nodes }: World): Expected[] {
  return nodes.flatMap(({ name, podCIDR, podCIDRs }) => {
    const families = podCIDRs.flatMap((text) => readText(text).block?.family ?? []);
    const says = [
      ...podCIDRs.filter((text) => !readText(text).strict).map((text) => `${name}: ${JSON.stringify(text)}`),
      ...(podCIDRs.length > 0 && podCIDR !== podCIDRs[0] ? [`${name}: podCIDR`] : []),
      ...(['IPv4', 'IPv6'] as const)
        .filter((family) => families.filter((one) => one === family).length > 1)
        .map((family) => `${name}: two ${family}`),
    ];
    return says.length > 0 ? [{ code: 'SubnetMalformed', severity: 'error', nodes: [name], says }] : [];
  });
}

function duplicates(held: Held[]): Expected[] {
  return distinct(held).flatMap((block) => {
    const holders = held.filter((one) => isSame(one.block, block));
    return names(holders).length > 1 ? finding('SubnetDuplicate', 'error', holders) : [];
  });
}

function distinct(held: Held[]): OracleBlock[] {
  return held.map(({ block }) => block).filter((block, at, all) => all.findIndex((one) => isSame(one, block)) === at);
}

/** Groups that are joined by shared addresses, found by following them from one to the next. */
function overlapping(held: Held[]): Expected[] {
  const left = new Set(held);
  const found: Expected[] = [];
  for (const first of held) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const one of group) {
      for (const other of left) {
        if (!doOverlap(one.block, other.block)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    if (names(group).length > 1 && distinct(group).length > 1) found.push(...finding('SubnetOverlap', 'error', group));
  }
  return found;
}

function outsideCluster(world: World): Expected[] {
  const pools = poolsOf(world);
  if (!world.settings) return [];
  const outside = world.nodes.flatMap((node) =>
    node.podCIDRs.flatMap((text, position) => {
      const { block } = readText(text);
      const pool = pools[position];
      return block && !(pool && isInside(block, pool.cluster)) ? [{ node, text }] : [];
    }),
  );
  return finding('SubnetOutsideClusterCIDR', 'error', outside);
}

/** Not where the Network lacks the cluster CIDR that the subnet lies in: then the settings are wrong, not the node. */
function outsideNetwork(world: World, held: Held[]): Expected[] {
  const outside = held.filter(({ block }) => {
    const network = networksOf(world).find(({ family }) => family === block.family);
    const pool = poolsOf(world).find(({ cluster }) => cluster.family === block.family);
    if (!network || isInside(block, network)) return false;
    return !(pool && isInside(block, pool.cluster) && !isInside(pool.cluster, network));
  });
  return finding('SubnetOutsideCNINetwork', 'error', outside);
}

function otherMask(world: World, held: Held[]): Expected[] {
  const other = held.filter(({ block }) =>
    poolsOf(world).some(({ cluster, mask }) => cluster.family === block.family && mask !== block.prefix),
  );
  return finding('SubnetMaskDiffers', 'warning', other);
}

function inServices(world: World, held: Held[]): Expected[] {
  const hit = held.filter(({ block }) => servicesOf(world).some((range) => doOverlap(range, block)));
  return finding('SubnetOverlapsServices', 'error', hit);
}

function aroundAddresses(world: World, held: Held[]): Expected[] {
  return held.flatMap(({ node: { name }, text, block }) => {
    const inside = addressesOf(world).filter((address) => hasAddress(block, address));
    const says = [`${name}: ${text}`, ...inside.map(({ words }) => words)];
    return inside.length > 0 ? [{ code: 'SubnetOverlapsNodeAddress', severity: 'error', nodes: [name], says }] : [];
  });
}

function familyMissing(world: World): Expected[] {
  const lacking = world.nodes.flatMap((node) => {
    const blocks = node.podCIDRs.map((text) => readText(text).block);
    if (blocks.length === 0 || blocks.includes(undefined) || needsNone(node) || isYoung(node, world)) return [];
    const lacks = poolsOf(world)
      .map(({ cluster }) => cluster.family)
      .filter((family) => !blocks.some((block) => block?.family === family));
    return lacks.length > 0 ? [{ node, text: `has ${node.podCIDRs.join(',')}, lacks ${lacks.join(', ')}` }] : [];
  });
  return finding('SubnetFamilyMissing', 'warning', lacking);
}

/** Three addresses of each are no pod's. */
function tooSmall(held: Held[]): Expected[] {
  const small = held.filter(({ node: { podsCapacity }, block: { family, prefix } }) => {
    const usable = 2n ** BigInt(LENGTH[family] - prefix) - 3n;
    return podsCapacity !== undefined && (usable < 0n ? 0n : usable) < BigInt(podsCapacity);
  });
  return finding('SubnetTooSmall', 'info', small);
}

/** Each pool counted piece by piece. */
function poolsRunOut(world: World, held: Held[]): Expected[] {
  const counted = poolsOf(world).map(({ cluster, mask }) => {
    const all = pieces(cluster, mask);
    const open = all.filter((piece) => !servicesOf(world).some((range) => doOverlap(range, piece)));
    const free = open.filter((piece) => !held.some(({ block }) => doOverlap(block, piece))).length;
    const under = all.length > open.length ? `, ${all.length - open.length} under the service range` : '';
    const words = `${cluster.text} has ${all.length} subnets of /${mask}: ${open.length - free} in use${under}, ${free} free`;
    return { free, possible: all.length, words };
  });
  const waiting = world.nodes.filter((node) => node.podCIDRs.length === 0 && !needsNone(node)).map(({ name }) => name);
  const full = counted.filter(({ free }) => free === 0).map(({ words }) => words);
  const scarce = counted
    .filter(({ free, possible }) => free > 0 && (free <= 2 || (free < 50 && free < possible / 10)))
    .map(({ words }) => words);
  const exhausted: Expected = {
    code: 'PoolExhausted',
    severity: waiting.length > 0 ? 'error' : 'warning',
    nodes: waiting,
    says: full,
  };
  const nearly: Expected = { code: 'PoolNearlyExhausted', severity: 'warning', nodes: [], says: scarce };
  return [exhausted, nearly].filter(({ says }) => says.length > 0);
}
