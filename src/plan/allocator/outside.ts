import { contains } from '../../subnet/block.ts';
import { readSloppily } from '../../subnet/parse.ts';
import type { Replica } from './replica.ts';

/**
 * Why kube-controller-manager may not start again, one clause; undefined when it will. Its allocator goes through all Nodes at
 * each start and gives up at the first subnet that is not inside the cluster CIDR of its position
 * (range_allocator.go:NewCIDRRangeAllocator, in every version). Any replica may be the next leader.
 */
export function startupHazard(
  replicas: Replica[],
  nodes: { name: string; podCIDRs: string[] }[],
): { why: string; nodes: string[] } | undefined {
  for (const { pod, flags } of replicas) {
    const written = flags.get('cluster-cidr') ?? '';
    const clusters = written.split(',').map(readSloppily);
    if (clusters.some((cluster) => cluster === undefined))
      return { why: `the --cluster-cidr of pod kube-system/${pod} cannot be read`, nodes: [] };
    const outside = nodes.filter(({ podCIDRs }) =>
      podCIDRs.some((text, position) => {
        const block = readSloppily(text);
        const cluster = clusters[position];
        return !block || !cluster || !contains(cluster, block);
      }),
    );
    const [first] = outside;
    if (!first) continue;
    const more = outside.length > 1 ? `, and ${outside.length - 1} more` : '';
    const why = `it would not start again: node ${first.name} has ${first.podCIDRs.join(',')}, which does not fit its --cluster-cidr ${written}${more}`;
    return { why, nodes: outside.map(({ name }) => name) };
  }
  return undefined;
}
