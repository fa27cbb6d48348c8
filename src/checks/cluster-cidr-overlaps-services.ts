import { overlaps } from '../subnet/block.ts';
import { maskObjection } from '../subnet/node-mask.ts';
import { countPool } from '../subnet/pool-count.ts';
import { type Judge, NONE, unknown } from './check.ts';

/** A cluster CIDR that shares addresses with a service range. The nodes in it are SubnetOverlapsServices'. */
export const judgeClusterCIDROverlapsServices: Judge = ({ survey }) => {
  const { clusterCIDRs, nodeMasks, serviceCIDRs } = survey.settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  if (!serviceCIDRs.known) return unknown(serviceCIDRs.reason, '--service-cluster-ip-range');
  const shared = clusterCIDRs.value.flatMap(({ block }) => {
    const range = serviceCIDRs.value.find((services) => overlaps(services, block));
    return range ? [{ block, range }] : [];
  });
  if (shared.length === 0) return NONE;
  const lost = shared.flatMap(({ block, range }) => {
    const mask = nodeMasks.known ? nodeMasks.value.find(({ family }) => family === block.family)?.length : undefined;
    if (mask === undefined || maskObjection(block, mask)) return [];
    const { reserved, possible } = countPool(block, mask, [range], []);
    return [`${reserved} of ${possible} subnets of /${mask} in ${block.text} are lost for nodes`];
  });
  return {
    findings: [
      {
        severity: 'warning',
        nodes: [],
        subject: { kind: 'Setting', name: '--cluster-cidr' },
        message: `the cluster CIDR ${shared.map(({ block, range }) => `${block.text} overlaps the service range ${range.text}`).join(', ')}`,
        evidence: [
          `cluster CIDR ${clusterCIDRs.value.map(({ block }) => block.text).join(',')}: ${clusterCIDRs.source}`,
          `service range ${shared.map(({ range }) => range.text).join(',')}: ${serviceCIDRs.source}`,
          ...lost,
        ],
        remedy: 'keep --service-cluster-ip-range set for kube-controller-manager, so that it hands out none of them',
      },
    ],
  };
};
