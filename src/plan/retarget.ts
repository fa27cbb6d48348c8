import { overlaps } from '../subnet/block.ts';
import { readSloppily } from '../subnet/parse.ts';
import { highestFree } from '../subnet/pool.ts';
import type { Ground, Use } from './ground.ts';

/**
 * The subnets that the node is to have, looked at again with the nodes as they are now: a block that somebody took meanwhile is
 * replaced by the highest free one. Undefined when none is free.
 */
export function retarget(
  node: string,
  to: string[],
  ground: Ground,
  current: ReadonlyMap<string, string[]>,
): string[] | undefined {
  const others: Use[] = [...current].flatMap(([name, subnets]) =>
    name === node
      ? []
      : subnets.flatMap((text) => readSloppily(text) ?? []).map((block) => ({ block, holder: name, node: name })),
  );
  const fixed = ground.inUse.filter((use) => use.node === undefined);
  const taken = [...fixed, ...others].map(({ block }) => block);
  const chosen = to.map((text) => {
    const block = readSloppily(text);
    const pool = ground.pools.find(({ cluster }) => cluster.family === block?.family);
    if (!block || !pool || !taken.some((other) => overlaps(other, block))) return text;
    const own = current.get(node)?.flatMap((one) => readSloppily(one) ?? []) ?? [];
    return highestFree(pool.cluster, pool.mask, [...taken, ...own])?.text;
  });
  return chosen.every((text) => text !== undefined) ? chosen : undefined;
}
