import { count } from '../model/text.ts';
import { type Judge, NONE, unknown } from './check.ts';
import { reassign } from './remedy.ts';
import { nodeNames } from './view.ts';

/** Subnets that are shorter or longer than the node mask size: the range allocator then hands out overlaps (kubernetes#70957). */
export const judgeSubnetMaskDiffers: Judge = ({ holdings, survey }) => {
  const { clusterCIDRs, nodeMasks } = survey.settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  if (!nodeMasks.known) return unknown(nodeMasks.reason, '--node-cidr-mask-size');
  const masks = new Map(nodeMasks.value.map(({ family, length }) => [family, length]));
  const differing = holdings.filter(({ block }) => {
    const mask = masks.get(block.family);
    return mask !== undefined && mask !== block.prefix;
  });
  if (differing.length === 0) return NONE;
  const nodes = nodeNames(differing);
  const wanted = nodeMasks.value.map(({ length }) => `/${length}`).join(',');
  return {
    findings: [
      {
        severity: 'warning',
        nodes,
        subject: { kind: 'Setting', name: '--node-cidr-mask-size' },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'has a subnet' : 'have subnets'} of another size than the node mask ${wanted}`,
        evidence: [
          `node mask ${wanted}: ${nodeMasks.source}`,
          ...differing.map(({ node, text }) => `${node.name}: ${text}`),
        ],
        remedy: reassign(nodes),
      },
    ],
  };
};
