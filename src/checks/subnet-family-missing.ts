import { mayLackSubnet } from '../cni/may-lack-subnet.ts';
import { count } from '../model/text.ts';
import { type Judge, NONE, unknown } from './check.ts';
import { reassign } from './remedy.ts';
import { nodeNames } from './view.ts';

/** Nodes with a subnet of one family of the cluster CIDR and none of the other. An unreadable subnet's family is unknown. */
export const judgeSubnetFamilyMissing: Judge = ({ nodes, survey }) => {
  const { clusterCIDRs } = survey.settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  const wanted = clusterCIDRs.value.map(({ block }) => block.family);
  const lacking = nodes.flatMap(({ node, subnets }) => {
    if (subnets.length === 0 || subnets.some(({ block }) => !block) || mayLackSubnet(node, survey)) return [];
    const missing = wanted.filter((family) => !subnets.some(({ block }) => block?.family === family));
    return missing.length > 0 ? [{ node, missing }] : [];
  });
  if (lacking.length === 0) return NONE;
  const names = nodeNames(lacking);
  const families = wanted.filter((family) => lacking.some(({ missing }) => missing.includes(family))).join(' and ');
  return {
    findings: [
      {
        severity: 'warning',
        nodes: names,
        subject: { kind: 'Setting', name: '--cluster-cidr' },
        message: `${count(names.length, 'node')} ${names.length === 1 ? 'lacks' : 'lack'} an ${families} subnet that the cluster CIDR has`,
        evidence: [
          `cluster CIDR ${clusterCIDRs.value.map(({ block }) => block.text).join(',')}: ${clusterCIDRs.source}`,
          ...lacking.map(
            ({ node, missing }) => `${node.name}: has ${node.podCIDRs.join(',')}, lacks ${missing.join(', ')}`,
          ),
        ],
        remedy: reassign(names),
      },
    ],
  };
};
