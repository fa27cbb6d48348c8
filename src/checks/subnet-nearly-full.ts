import type { SurveyNode, SurveyPod } from '../model/survey.ts';
import { count } from '../model/text.ts';
import { sizeOf } from '../subnet/family.ts';
import { usableAddresses, usedAddresses } from '../subnet/occupancy.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { type Judge, NONE } from './check.ts';
import { cordon } from './remedy.ts';
import { nodeNames, type View } from './view.ts';

/** Subnets that have few addresses left for pods. */
export const judgeSubnetNearlyFull: Judge = (view) => {
  const { pods } = view.survey;
  if (!view.nodes.some(({ node }) => mayBeNearlyFull(node))) return NONE;
  if (!pods.known) return { skipped: pods.reason };
  const full = crowded(view, pods.value);
  if (full.length === 0) return NONE;
  const nodes = nodeNames(full);
  return {
    findings: [
      {
        severity: 'warning',
        nodes,
        subject: { kind: 'Field', name: 'spec.podCIDR' },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'has' : 'have'} few addresses left for pods`,
        evidence: full.map(
          ({ node, text, used, usable }) => `${node.name}: ${used} of ${usable} in ${text} are in use`,
        ),
        remedy: cordon(nodes),
      },
    ],
  };
};

/**
 * False for nodes whose subnet has room to spare for all pods that they take: the pods of those need not be known, and in most
 * clusters that is every node.
 */
export function mayBeNearlyFull({ podCIDRs, podsCapacity }: SurveyNode): boolean {
  return readableBlocks(podCIDRs).some(({ family, prefix }) => {
    const usable = usableAddresses(sizeOf(family, prefix));
    return podsCapacity === undefined || isScarce(usable - BigInt(podsCapacity), usable);
  });
}

/** At most 2 free, or less than a tenth. */
function isScarce(free: bigint, usable: bigint): boolean {
  return free <= 2n || free * 10n < usable;
}

function crowded({ holdings }: View, pods: SurveyPod[]) {
  const byNode = Map.groupBy(pods, ({ node }) => node);
  return holdings.flatMap(({ node, text, block }) => {
    const usable = usableAddresses(sizeOf(block.family, block.prefix));
    const used = BigInt(usedAddresses(block, byNode.get(node.name) ?? []));
    return used > 0n && mayBeNearlyFull(node) && isScarce(usable - used, usable) ? [{ node, text, used, usable }] : [];
  });
}
