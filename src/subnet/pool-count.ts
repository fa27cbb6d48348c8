import type { Block } from '../model/cidr.ts';
import { blockAt, contains, overlaps } from './block.ts';
import { outermost } from './pool.ts';

/** How many node subnets a pool has. possible = reserved + used + free. */
export interface PoolCount {
  /** 2^(node mask − cluster mask) */
  possible: bigint;
  /** Those that share an address with a service range. */
  reserved: bigint;
  /** Of the rest those that share an address with a subnet of a node, each once. */
  used: bigint;
  free: bigint;
}

/**
 * Counts a pool as the range allocator does: one bit for each block of the node mask's size, set by whatever shares an address
 * with it (cidrset/cidr_set.go:Occupy, range_allocator.go:filterOutServiceRange). Exact at any size; the time is that of sorting.
 * `mask` is a prefix length in bits, not shorter than the cluster's.
 */
export function countPool(cluster: Block, mask: number, services: Block[], held: Block[]): PoolCount {
  const possible = 1n << BigInt(mask - cluster.prefix);
  const reserved = touched(cluster, mask, services);
  const taken = touched(cluster, mask, [...services, ...held]);
  return { possible, reserved, used: taken - reserved, free: possible - taken };
}

/** How many blocks of that size share an address with any of `blocks`. Blocks nest or are apart, so the outermost are counted. */
function touched(cluster: Block, mask: number, blocks: Block[]): bigint {
  const whole = blocks
    .filter((block) => overlaps(block, cluster))
    .map((block) => {
      if (contains(block, cluster)) return cluster;
      return block.prefix > mask ? blockAt(block.family, block.first, mask) : block;
    });
  return outermost(whole).reduce((sum, { prefix }) => sum + (1n << BigInt(mask - prefix)), 0n);
}
