import type { Block } from '../../model/cidr.ts';
import { Failure } from '../../model/failure.ts';
import type { ClusterSettings } from '../../model/settings.ts';
import { count } from '../../model/text.ts';
import { blockAt } from '../../subnet/block.ts';
import { BITS, sizeOf } from '../../subnet/family.ts';
import { MOST_IPV6_BITS } from '../../subnet/node-mask.ts';
import { NOT_FOR_PODS } from '../../subnet/occupancy.ts';
import { countPool } from '../../subnet/pool-count.ts';
import type { PoolSettings } from './count.ts';

/** What has to be held by a cluster that is not there yet. */
export interface Demand {
  nodes: number;
  /** Pods that one node may have at the same time. */
  maxPods: number;
}

/** One family as it is wished for. */
export interface Wish {
  /** The cluster CIDR begins at its first address, or, where it must grow, at the block around it. */
  base: Block;
  /** A node mask that is to stay, a prefix length in bits; undefined: the smallest subnet is chosen. */
  mask: number | undefined;
}

/**
 * The smallest cluster CIDR and the smallest node subnets of each family that hold the demand beside the service range, where no
 * settings are to be kept (grown.ts keeps them). At most
 * 2^16 subnets of IPv6, as kube-controller-manager counts no more. Throws Failure when no flags hold it.
 */
export function smallestPools(wishes: Wish[], services: Block[], demand: Demand): PoolSettings[] {
  return wishes.map(({ base, mask }) => {
    const chosen = mask ?? smallestMask(base, demand.maxPods);
    if (sizeOf(base.family, chosen) < BigInt(demand.maxPods) + NOT_FOR_PODS) {
      throw new Failure(`a node mask of /${chosen} holds fewer than ${count(demand.maxPods, 'pod')} a node`, {
        hint: `${demand.maxPods} need /${smallestMask(base, demand.maxPods)} or shorter; without a node mask the longest is chosen`,
      });
    }
    return { cluster: smallestCluster(base, chosen, services, demand.nodes), mask: chosen };
  });
}

/** The prefix length of the smallest subnet whose addresses, but three, are enough. Throws Failure when the family has none. */
export function smallestMask({ family }: Block, maxPods: number): number {
  // 2^bits ≥ addresses
  const bits = (BigInt(maxPods) + NOT_FOR_PODS - 1n).toString(2).length;
  if (bits > BITS[family]) throw new Failure(`no ${family} subnet holds ${count(maxPods, 'pod')}`);
  return BITS[family] - bits;
}

function smallestCluster(base: Block, mask: number, services: Block[], nodes: number): Block {
  const shortest = base.family === 'IPv6' ? Math.max(0, mask - MOST_IPV6_BITS) : 0;
  for (let prefix = mask; prefix >= shortest; prefix--) {
    const cluster = blockAt(base.family, base.first, prefix);
    const { possible, reserved } = countPool(cluster, mask, services, []);
    if (possible - reserved >= BigInt(nodes)) return cluster;
  }
  const limit = base.family === 'IPv6' ? `: kube-controller-manager counts at most 2^${MOST_IPV6_BITS} of IPv6` : '';
  throw new Failure(`no ${base.family} cluster CIDR holds ${count(nodes, 'node')} with subnets of /${mask}${limit}`);
}

/** kube-controller-manager's flags for these pools, each one word. It takes one node mask flag a family for two families. */
export function poolFlags(pools: PoolSettings[]): string[] {
  const clusters = pools.map(({ cluster }) => cluster.text).join(',');
  const masks =
    pools.length === 1
      ? pools.map(({ mask }) => `--node-cidr-mask-size=${mask}`)
      : pools.map(({ cluster, mask }) => `--node-cidr-mask-size-${cluster.family.toLowerCase()}=${mask}`);
  return [`--cluster-cidr=${clusters}`, ...masks];
}

/** The settings with these pools in place of theirs, as if kube-controller-manager had their flags. */
export function withPools(settings: ClusterSettings, pools: PoolSettings[]): ClusterSettings {
  const source = poolFlags(pools).join(' ');
  const nodeMasks = {
    known: true as const,
    source,
    value: pools.map(({ cluster, mask }) => ({ family: cluster.family, length: mask })),
  };
  return {
    ...settings,
    clusterCIDRs: {
      known: true,
      source,
      value: pools.map(({ cluster }) => ({ block: cluster, written: cluster.text, hostBits: false })),
    },
    nodeMasks,
    writtenMasks: nodeMasks,
  };
}
