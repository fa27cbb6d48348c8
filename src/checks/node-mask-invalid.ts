import { allowedMasks, maskObjection } from '../subnet/node-mask.ts';
import { type Judge, unknown } from './check.ts';

/** Node masks that kube-controller-manager does not start with: one finding a family. */
export const judgeNodeMaskInvalid: Judge = ({ survey }) => {
  const { clusterCIDRs, writtenMasks } = survey.settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  if (!writtenMasks.known) return unknown(writtenMasks.reason, '--node-cidr-mask-size');
  const single = clusterCIDRs.value.length === 1;
  return {
    findings: clusterCIDRs.value.flatMap(({ block }, at) => {
      const mask = writtenMasks.value[at]?.length;
      const objection = mask === undefined ? undefined : maskObjection(block, mask);
      if (objection === undefined) return [];
      const { from, to } = allowedMasks(block);
      const flag = single ? '--node-cidr-mask-size' : `--node-cidr-mask-size-${block.family.toLowerCase()}`;
      return [
        {
          severity: 'error' as const,
          nodes: [],
          subject: { kind: 'Setting', name: flag },
          message: `the node mask /${mask} ${objection}: kube-controller-manager does not start`,
          evidence: [
            `cluster CIDR ${block.text}: ${clusterCIDRs.source}`,
            `node mask /${mask}: ${writtenMasks.source}`,
          ],
          remedy: `set ${flag} to ${from === to ? from : `one of ${from} to ${to}`}`,
        },
      ];
    }),
  };
};
