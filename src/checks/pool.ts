import type { Block } from '../model/cidr.ts';
import { maskObjection } from '../subnet/node-mask.ts';
import { countPool, type PoolCount } from '../subnet/pool-count.ts';
import { unknown } from './check.ts';
import type { View } from './view.ts';

/** One family's node subnets, counted. */
export interface CountedPool extends PoolCount {
  cluster: Block;
  /** Node mask, a prefix length in bits. */
  mask: number;
  /** For evidence. */
  words: string;
}

/**
 * The pools of kube-controller-manager; none where it hands out no subnets or does not start with its node mask. Skipped when
 * the settings are not known. An unknown allocator counts as the range allocator.
 */
export function countPools({ survey, holdings }: View): CountedPool[] | { skipped: string } {
  const { clusterCIDRs, nodeMasks, serviceCIDRs, allocateNodeCIDRs, allocatorType } = survey.settings;
  if (allocateNodeCIDRs.known && !allocateNodeCIDRs.value) return [];
  if (allocatorType.known && allocatorType.value !== 'RangeAllocator') return [];
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  if (!nodeMasks.known) return unknown(nodeMasks.reason, '--node-cidr-mask-size');
  const services = serviceCIDRs.known ? serviceCIDRs.value : [];
  const held = holdings.map(({ block }) => block);
  return clusterCIDRs.value.flatMap(({ block }) => {
    const mask = nodeMasks.value.find(({ family }) => family === block.family)?.length;
    if (mask === undefined || maskObjection(block, mask)) return [];
    const counted = countPool(block, mask, services, held);
    const { possible, reserved, used, free } = counted;
    const under = reserved > 0n ? `, ${reserved} under the service range` : '';
    const words = `${block.text} has ${possible} subnets of /${mask}: ${used} in use${under}, ${free} free (${clusterCIDRs.source})`;
    return [{ ...counted, cluster: block, mask, words }];
  });
}

/** The command that names flags for twice as many nodes; it works when pasted. */
export function widen({ survey: { nodes } }: View): string {
  return `kubectl podcidr capacity --nodes=${Math.max(2 * nodes.length, 2)} --compare`;
}
