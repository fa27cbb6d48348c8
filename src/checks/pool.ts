import { needsNoSubnet } from '../cni/may-lack-subnet.ts';
import type { Block } from '../model/cidr.ts';
import { contains } from '../subnet/block.ts';
import { maskObjection } from '../subnet/node-mask.ts';
import { countPool, type PoolCount } from '../subnet/pool-count.ts';
import { unknown } from './check.ts';
import { reassign } from './remedy.ts';
import { nodeNames, type View } from './view.ts';

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

/** What frees subnets of a scarce pool, and what is to be said of it. */
export interface Relief {
  remedy: string;
  evidence: string[];
}

/**
 * Nodes whose subnets are larger than the node mask and without which no pool is scarce, also when they and who waits have taken one
 * each: their new subnets cure it. Else the
 * command that names flags for twice as many nodes, and for so many at least that the pools have to grow. It works when pasted.
 */
export function relieve(view: View, pools: CountedPool[], isScarce: (pool: PoolCount) => boolean): Relief {
  const { survey, holdings } = view;
  const { serviceCIDRs } = survey.settings;
  const services = serviceCIDRs.known ? serviceCIDRs.value : [];
  const held = (oversized: boolean) =>
    holdings.filter(
      ({ block }) => oversized === pools.some(({ cluster, mask }) => contains(cluster, block) && block.prefix < mask),
    );
  const blocks = held(false).map(({ block }) => block);
  const cause = held(true);
  const takers =
    cause.length + view.nodes.filter(({ node, subnets }) => subnets.length === 0 && !needsNoSubnet(node)).length;
  const without = pools.map(({ cluster, mask }) => countPool(cluster, mask, services, blocks));
  if (cause.length > 0 && !without.some((pool) => isScarce(less(pool, takers)))) {
    return {
      remedy: reassign(nodeNames(cause)),
      evidence: cause.map(({ node, text }) => `${node.name}: ${text} is larger than a node subnet, and takes up many`),
    };
  }
  const nodes = survey.nodes.length;
  const most = Math.max(...pools.map(({ free }) => Number(free)));
  return {
    remedy: `kubectl podcidr capacity --nodes=${Math.max(2 * nodes, nodes + most + ENOUGH)} --compare`,
    evidence: [],
  };
}

/** Once each of them has taken one. */
function less(pool: PoolCount, takers: number): PoolCount {
  const free = pool.free - BigInt(takers);
  return { ...pool, free: free < 0n ? 0n : free };
}

/** Free subnets beside which two or fewer are not what is left. */
const ENOUGH = 3;
