import { doOverlap, isInside, LENGTH, makeBlock, type OracleBlock, readSingle } from './blocks.ts';
import { addressesOf, holdings, poolsOf, servicesOf } from './findings.ts';
import type { World } from './world.ts';

interface Claim {
  /** As `lookup` prints it: kind, name, node, range. */
  says: string;
  /** Claims of one owner contradict each other never. */
  owner: string;
  block: OracleBlock;
}

export interface Owners {
  /** A line an answer. */
  answers: string[];
  /** More than one answers, and should not. */
  conflict: boolean;
  /** Somebody answers, or the answer is a service range's. */
  found: boolean;
}

/** Whose these addresses are. */
export function ownersOf(world: World, query: OracleBlock): Owners {
  const near = (claims: Claim[]) => claims.filter(({ block }) => doOverlap(block, query));
  const subnets = near(
    holdings(world).map(({ node: { name }, text, block }) => ({
      says: `node ${name} ${name} ${text}`,
      owner: name,
      block,
    })),
  );
  const pods = near(podClaims(world));
  const addresses = near(
    addressesOf(world).map(({ words, family, value }) => {
      const [, range = '', type = '', owner = ''] = /^(\S+): (\S+) of (\S+)$/.exec(words) ?? [];
      return { says: `nodeAddress ${type} ${owner} ${range}`, owner, block: makeBlock(family, value, LENGTH[family]) };
    }),
  );
  const services = near(servicesOf(world).map((block) => ({ says: `serviceRange   ${block.text}`, owner: '', block })));
  const all = [...subnets, ...pods, ...addresses, ...services];
  if (all.length === 0) return { ...unowned(world, query), conflict: false };
  const between = (some: Claim[], others: Claim[]) =>
    some.some((one) => others.some((other) => one.owner !== other.owner && doOverlap(one.block, other.block)));
  const conflict =
    between(subnets, subnets) ||
    between(addresses, addresses) ||
    pods.some((one) => pods.some((other) => one.says !== other.says && doOverlap(one.block, other.block))) ||
    pods.some((pod) => isGuest(pod, subnets)) ||
    addresses.some((one) => [...subnets, ...services].some((other) => doOverlap(one.block, other.block))) ||
    services.some((one) => subnets.some((other) => doOverlap(one.block, other.block)));
  return { answers: all.map(({ says }) => says), conflict, found: true };
}

function podClaims({ pods }: World): Claim[] {
  return pods.flatMap(({ node, address, hostNetwork, finished }, index) => {
    const read = hostNetwork || finished ? undefined : readSingle(address);
    if (!read) return [];
    const block = makeBlock(read.family, read.value, LENGTH[read.family]);
    return [{ says: `pod default/p${index} ${node} ${address}`, owner: node, block }];
  });
}

/** In subnets of other nodes only. */
function isGuest(pod: Claim, subnets: Claim[]): boolean {
  const around = subnets.filter(({ block }) => isInside(pod.block, block));
  return around.length > 0 && around.every(({ owner }) => owner !== pod.owner);
}

function unowned(world: World, query: OracleBlock): { answers: string[]; found: boolean } {
  if (!world.settings) return { answers: ['nobody   '], found: false };
  const pool = poolsOf(world).find(({ cluster }) => doOverlap(cluster, query));
  if (!pool) return { answers: ['outside   '], found: false };
  const whole = pool.mask <= query.prefix ? makeBlock(query.family, query.first, pool.mask) : query;
  const service = servicesOf(world).find((range) => doOverlap(range, whole));
  return service
    ? { answers: [`serviceRange   ${service.text}`], found: true }
    : { answers: [`free   ${whole.text}`], found: false };
}
