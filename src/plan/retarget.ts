import { contains, overlaps } from '../subnet/block.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { highestFree } from '../subnet/pool.ts';
import type { Ground } from './ground.ts';

/** What is looked at again. */
export interface Retargeting {
  node: string;
  from: string[];
  to: string[];
  /** Subnets that later moves of the same plan are to have. */
  reserved: string[];
}

/**
 * The subnets that the node is to have, looked at again with the nodes as they are now: a new block that somebody took
 * meanwhile is replaced by the highest free one. Undefined when none is free. What the node keeps is not judged again.
 */
export function retarget(
  { node, from, to, reserved }: Retargeting,
  ground: Ground,
  current: ReadonlyMap<string, string[]>,
): string[] | undefined {
  const others = [...current].flatMap(([name, subnets]) => (name === node ? [] : readableBlocks(subnets)));
  const fixed = ground.inUse.filter((use) => use.node === undefined).map(({ block }) => block);
  const taken = [...fixed, ...others];
  const chosen = to.map((text) => {
    const [block] = readableBlocks([text]);
    const pool = ground.pools.find(({ cluster }) => cluster.family === block?.family);
    if (!block || !pool || from.includes(text) || !taken.some((other) => overlaps(other, block))) return text;
    return highestFree(pool.cluster, pool.mask, [...taken, ...readableBlocks([...from, ...reserved])])?.text;
  });
  return chosen.every((text) => text !== undefined) ? chosen : undefined;
}

/** True when no other node's subnet overlaps these. */
export function isFree(node: string, subnets: string[], current: ReadonlyMap<string, string[]>): boolean {
  const others = [...current].flatMap(([name, held]) => (name === node ? [] : readableBlocks(held)));
  return subnets.length > 0 && !readableBlocks(subnets).some((block) => others.some((other) => overlaps(other, block)));
}

/** True when these are what the range allocator hands out: of each family one of its cluster CIDR, with the node mask size. */
export function areOfPools(subnets: string[], { pools }: Ground): boolean {
  const blocks = readableBlocks(subnets);
  const isOf = ({ cluster, mask }: Ground['pools'][number]) =>
    blocks.some((block) => contains(cluster, block) && block.prefix === mask);
  return blocks.length === pools.length && pools.every(isOf);
}

/** The highest free subnet of each family; undefined where a family has none. */
export function freeSubnets(
  node: string,
  ground: Ground,
  current: ReadonlyMap<string, string[]>,
  reserved: string[],
): string[] | undefined {
  const held = [...current].flatMap(([name, subnets]) => (name === node ? [] : readableBlocks(subnets)));
  const fixed = ground.inUse.filter((use) => use.node === undefined).map(({ block }) => block);
  const taken = [...fixed, ...held, ...readableBlocks(reserved)];
  const chosen = ground.pools.map(({ cluster, mask }) => highestFree(cluster, mask, taken)?.text);
  return chosen.every((text) => text !== undefined) ? chosen : undefined;
}
