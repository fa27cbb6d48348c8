import type { Block, Family } from '../../model/cidr.ts';
import { Failure } from '../../model/failure.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { count } from '../../model/text.ts';
import { readAddress } from '../../subnet/address.ts';
import { blockAt, contains, holds, overlaps } from '../../subnet/block.ts';
import { sizeOf } from '../../subnet/family.ts';
import { MOST_IPV6_BITS } from '../../subnet/node-mask.ts';
import { NOT_FOR_PODS } from '../../subnet/occupancy.ts';
import { readableBlocks, readSloppily } from '../../subnet/parse.ts';
import { outermost } from '../../subnet/pool.ts';
import { countPool } from '../../subnet/pool-count.ts';
import type { PoolSettings } from './count.ts';
import { smallestMask } from './smallest.ts';

/** What has to be held by settings that there are. */
export interface GrownDemand {
  /** Nodes in all, those that have a subnet already included. */
  nodes: number;
  /** Pods that one node may have at the same time; undefined: nobody asked, so the node mask stays. */
  maxPods: number | undefined;
  /** Families whose node mask was given, and so stays. */
  fixed: Family[];
}

/** What holds addresses beside the pools. */
export interface Surroundings {
  services: Block[];
  nodes: SurveyNode[];
}

/**
 * The pools in which the demand fits, made of those that there are: a cluster CIDR only grows around itself, and a node mask
 * stays but for a subnet that is too small for the pods. Throws Failure with what lies in the way: another range, or the most
 * that kube-controller-manager counts.
 */
export function grownPools(pools: PoolSettings[], around: Surroundings, demand: GrownDemand): PoolSettings[] {
  return pools.map((pool) => {
    const mask = roomyMask(pool, demand);
    return { cluster: grownCluster(pool.cluster, mask, around, demand.nodes), mask };
  });
}

/** How many nodes still need a subnet when so many shall fit in all: one that has to move does not count as there. */
export function wantedFree({ cluster, mask }: PoolSettings, { services, nodes }: Surroundings, inAll: number): bigint {
  const served = outermost(nodes.flatMap(({ podCIDRs }) => readableBlocks(podCIDRs))).filter(
    (block) =>
      contains(cluster, block) && block.prefix <= mask && !services.some((services) => overlaps(services, block)),
  );
  const wanted = BigInt(inAll) - BigInt(served.length);
  return wanted > 0n ? wanted : 0n;
}

function roomyMask({ cluster, mask }: PoolSettings, { maxPods, fixed }: GrownDemand): number {
  if (maxPods === undefined || sizeOf(cluster.family, mask) >= BigInt(maxPods) + NOT_FOR_PODS) return mask;
  const needed = smallestMask(cluster, maxPods);
  if (!fixed.includes(cluster.family)) return needed;
  throw new Failure(`a node mask of /${mask} holds fewer than ${count(maxPods, 'pod')} a node`, {
    hint: `${maxPods} need /${needed} or shorter; without a node mask it is chosen`,
  });
}

function grownCluster(present: Block, mask: number, around: Surroundings, nodes: number): Block {
  const { family } = present;
  const shortest = family === 'IPv6' ? Math.max(0, mask - MOST_IPV6_BITS) : 0;
  const held = around.nodes.flatMap(({ podCIDRs }) => readableBlocks(podCIDRs));
  for (let prefix = Math.min(present.prefix, mask); prefix >= shortest; prefix--) {
    const cluster = blockAt(family, present.first, prefix);
    const obstacle = obstacleTo(cluster, present, around);
    if (obstacle !== undefined) throw stuck(present, mask, nodes, `${cluster.text} ${obstacle}`);
    const { free } = countPool(cluster, mask, around.services, held);
    if (free >= wantedFree({ cluster, mask }, around, nodes)) return cluster;
  }
  const limit =
    family === 'IPv6' ? `kube-controller-manager counts at most 2^${MOST_IPV6_BITS} of IPv6` : 'IPv4 has no more';
  throw stuck(present, mask, nodes, limit);
}

/** Blocks that are nobody's on the internet; what grows out of one takes the addresses of others. */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].flatMap(
  (text) => readSloppily(text) ?? [],
);

/** Why a cluster CIDR must not become this one, a clause after its text; what the present one has already is no reason. */
function obstacleTo(cluster: Block, present: Block, { services, nodes }: Surroundings): string | undefined {
  const range = services.find((block) => overlaps(block, cluster) && !overlaps(block, present));
  if (range) return `overlaps the service range ${range.text}`;
  for (const { name, addresses } of nodes) {
    for (const { type, address: text } of addresses) {
      const address = type === 'InternalIP' || type === 'ExternalIP' ? readAddress(text) : undefined;
      if (address && holds(cluster, address) && !holds(present, address)) return `has ${type} ${text} of node ${name}`;
    }
  }
  const home = PRIVATE.find((block) => contains(block, present));
  return home && !contains(home, cluster) ? `is more than the private range ${home.text}` : undefined;
}

function stuck({ text }: Block, mask: number, nodes: number, why: string): Failure {
  return new Failure(
    `the cluster CIDR ${text} cannot grow until it holds ${count(nodes, 'node')} with subnets of /${mask}: ${why}`,
    { hint: 'what another one would break here: kubectl podcidr capacity --compare --cluster-cidr=CIDR' },
  );
}
