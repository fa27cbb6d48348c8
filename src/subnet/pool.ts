import type { Block } from '../model/cidr.ts';
import { blockAt, compare, overlaps } from './block.ts';
import { BITS, sizeOf } from './family.ts';

/**
 * The free block of `prefix` bits with the highest address in `cluster` that shares no address with any block of `taken`;
 * undefined when there is none, or when the prefix is shorter than the cluster's or too long for the family.
 * Highest, because the range allocator of kube-controller-manager goes up: its next candidate is then the farthest away.
 */
export function highestFree(cluster: Block, prefix: number, taken: Block[]): Block | undefined {
  return freeBlocks(cluster, prefix, taken).next().value;
}

/**
 * All free blocks of that size, the highest first, as they are asked for. Nothing is enumerated: from the top it jumps below
 * each taken block, so the time is that of sorting `taken`.
 */
export function* freeBlocks(cluster: Block, prefix: number, taken: Block[]): Generator<Block, undefined> {
  if (prefix < cluster.prefix || prefix > BITS[cluster.family]) return undefined;
  const size = sizeOf(cluster.family, prefix);
  const obstacles = outermost(taken.filter((block) => overlaps(block, cluster)));
  let first = cluster.last - size + 1n;
  while (first >= cluster.first) {
    const obstacle = obstacles.at(-1);
    if (obstacle && obstacle.first > first + size - 1n) obstacles.pop();
    else if (obstacle && obstacle.last >= first) first = obstacle.first - (obstacle.first % size) - size;
    else {
      yield blockAt(cluster.family, first, prefix);
      first -= size;
    }
  }
  return undefined;
}

/** The blocks that lie in no other block of the list, in ascending order, each once. Blocks nest or are apart, never else. */
export function outermost(blocks: Block[]): Block[] {
  const result: Block[] = [];
  let top: Block | undefined;
  for (const block of [...blocks].sort(compare)) {
    if (top && overlaps(top, block)) continue;
    result.push(block);
    top = block;
  }
  return result;
}
