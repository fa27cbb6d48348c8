import type { Block } from '../../model/cidr.ts';
import { contains, overlaps } from '../../subnet/block.ts';
import type { Ground } from '../ground.ts';

/**
 * Says why a node may not have `block`, or undefined where it may: inside the cluster CIDR of its family, of the right
 * node mask, overlapping no other node's subnet, no service range and no node address.
 * kube-controller-manager checks none of this on a Node that arrives with a subnet (range_allocator.go:occupyCIDRs), and
 * exits at its next start over one that is outside its cluster CIDR.
 */
export function objection(block: Block, node: string, ground: Ground): string | undefined {
  const pool = ground.pools.find(({ cluster }) => cluster.family === block.family);
  if (!pool) {
    const families = ground.pools.map(({ cluster }) => cluster.text).join(',');
    return `${block.text} is ${block.family}, and the cluster CIDR ${families} has no ${block.family} family`;
  }
  if (!contains(pool.cluster, block)) return `${block.text} is outside the cluster CIDR ${pool.cluster.text}`;
  if (block.prefix !== pool.mask) {
    return `${block.text} is a /${block.prefix}; nodes of this cluster have a /${pool.mask} (--node-cidr-mask-size)`;
  }
  for (const use of ground.inUse) {
    if (use.node === node || !overlaps(use.block, block)) continue;
    return use.block.text === block.text
      ? `${block.text} is held by ${use.holder}`
      : `${block.text} overlaps ${use.block.text} (${use.holder})`;
  }
  return undefined;
}
