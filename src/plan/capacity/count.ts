import type { FamilyCapacity } from '../../model/capacity.ts';
import type { Block } from '../../model/cidr.ts';
import { Failure } from '../../model/failure.ts';
import type { ClusterSettings } from '../../model/settings.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { sizeOf } from '../../subnet/family.ts';
import { allowedMasks, maskObjection } from '../../subnet/node-mask.ts';
import { usableAddresses } from '../../subnet/occupancy.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { countPool } from '../../subnet/pool-count.ts';

/** What one family's node subnets come from. */
export interface PoolSettings {
  cluster: Block;
  /** Node mask, a prefix length in bits. */
  mask: number;
}

/** The families in the order of the cluster CIDR, as kube-controller-manager would hand them out. */
export function countFamilies(pools: PoolSettings[], services: Block[], nodes: SurveyNode[]): FamilyCapacity[] {
  const held = nodes.flatMap(({ podCIDRs }) => readableBlocks(podCIDRs));
  return pools.map(({ cluster, mask }) => {
    const { possible, reserved, used, free } = countPool(cluster, mask, services, held);
    return {
      family: cluster.family,
      clusterCIDR: cluster.text,
      nodeMask: mask,
      nodesPossible: possible,
      nodesReserved: reserved,
      nodesUsed: used,
      nodesFree: free,
      podsPerNode: usableAddresses(sizeOf(cluster.family, mask)),
    };
  });
}

/**
 * The pools that these settings make. Throws Failure when they are not known, or when kube-controller-manager does not start
 * with them: nothing can be counted then.
 */
export function poolsOf({ clusterCIDRs, nodeMasks, writtenMasks }: ClusterSettings): PoolSettings[] {
  if (!clusterCIDRs.known) throw unknownSetting('the cluster CIDR', clusterCIDRs.reason, '--cluster-cidr');
  if (!writtenMasks.known) throw unknownSetting('the node mask size', writtenMasks.reason, '--node-cidr-mask-size');
  const pools = clusterCIDRs.value.map(({ block }, at) => ({
    cluster: block,
    mask: writtenMasks.value[at]?.length ?? 0,
  }));
  for (const { cluster, mask } of pools) {
    const objection = maskObjection(cluster, mask);
    const { from, to } = allowedMasks(cluster);
    if (objection === undefined) continue;
    throw new Failure(`kube-controller-manager does not start: the node mask /${mask} ${objection}`, {
      hint: `give a node mask of ${from} to ${to}, or another cluster CIDR`,
    });
  }
  if (!nodeMasks.known) throw unknownSetting('the node mask size', nodeMasks.reason, '--node-cidr-mask-size');
  return pools;
}

/** What is not known takes nothing out: kube-controller-manager, too, leaves out only what it is told. */
export function servicesOf({ serviceCIDRs }: ClusterSettings): Block[] {
  return serviceCIDRs.known ? serviceCIDRs.value : [];
}

/** A setting that the answer rests on and nobody told. */
export function unknownSetting(what: string, reason: string, flag: string): Failure {
  return new Failure(`${what} is not known (${reason})`, { hint: `give it with ${flag}` });
}
