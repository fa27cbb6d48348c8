import type { ClusterCIDR } from '../model/settings.ts';
import { count } from '../model/text.ts';
import { contains } from '../subnet/block.ts';
import { type Judge, NONE, unknown } from './check.ts';
import { reassign } from './remedy.ts';
import { nodeNames, type ViewedNode } from './view.ts';

/** Subnets outside the cluster CIDR of their position: kube-controller-manager checks podCIDRs[i] against the i-th cluster CIDR. */
export const judgeSubnetOutsideClusterCIDR: Judge = (view) => {
  const { clusterCIDRs } = view.survey.settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  const outside = view.nodes.flatMap((viewed) => {
    const seen = misplaced(viewed, clusterCIDRs.value);
    return seen.length > 0 ? [{ node: viewed.node, seen }] : [];
  });
  if (outside.length === 0) return NONE;
  const nodes = nodeNames(outside);
  const cluster = clusterCIDRs.value.map(({ block }) => block.text).join(',');
  return {
    findings: [
      {
        severity: 'error',
        nodes,
        subject: { kind: 'Setting', name: '--cluster-cidr' },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'has a subnet' : 'have subnets'} outside the cluster CIDR ${cluster}`,
        evidence: [
          `cluster CIDR ${cluster}: ${clusterCIDRs.source}`,
          ...outside.flatMap(({ node, seen }) => seen.map((words) => `${node.name}: ${words}`)),
        ],
        remedy: reassign(nodes),
      },
    ],
  };
};

/** What is wrong with each subnet of a node, in words; unreadable ones are SubnetMalformed's. */
function misplaced({ subnets }: ViewedNode, clusters: ClusterCIDR[]): string[] {
  return subnets.flatMap(({ text, block }, position) => {
    if (!block) return [];
    const expected = clusters[position]?.block;
    if (expected && contains(expected, block)) return [];
    if (!clusters.some((cluster) => cluster.block.family === block.family)) {
      return [`${text}, a family that the cluster CIDR lacks`];
    }
    if (clusters.some((cluster) => contains(cluster.block, block))) {
      return [`${text} stands at position ${position + 1}, where the cluster CIDR has ${expected?.text ?? 'nothing'}`];
    }
    return [text];
  });
}
