import { count } from '../model/text.ts';
import { overlaps } from '../subnet/block.ts';
import { type Judge, NONE, unknown } from './check.ts';
import { reassign } from './remedy.ts';
import { nodeNames } from './view.ts';

/** Subnets that share addresses with a service range: kube-proxy answers for them instead of the pod. */
export const judgeSubnetOverlapsServices: Judge = ({ holdings, survey }) => {
  const { serviceCIDRs } = survey.settings;
  if (!serviceCIDRs.known) return unknown(serviceCIDRs.reason, '--service-cluster-ip-range');
  const hit = holdings.flatMap((holding) => {
    const range = serviceCIDRs.value.find((block) => overlaps(block, holding.block));
    return range ? [{ ...holding, range }] : [];
  });
  if (hit.length === 0) return NONE;
  const nodes = nodeNames(hit);
  const ranges = [...new Set(hit.map(({ range }) => range.text))].join(', ');
  return {
    findings: [
      {
        severity: 'error',
        nodes,
        subject: { kind: 'Setting', name: '--service-cluster-ip-range' },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'has a subnet that overlaps' : 'have subnets that overlap'} the service range ${ranges}`,
        evidence: [
          `service range ${ranges}: ${serviceCIDRs.source}`,
          ...hit.map(({ node, text, range }) => `${node.name}: ${text} overlaps ${range.text}`),
        ],
        remedy: reassign(nodes),
      },
    ],
  };
};
