import { count } from '../model/text.ts';
import { sizeOf } from '../subnet/family.ts';
import { usableAddresses } from '../subnet/occupancy.ts';
import { type Judge, NONE } from './check.ts';
import { nodeNames } from './view.ts';

/** Subnets with fewer addresses for pods than the node takes pods. */
export const judgeSubnetTooSmall: Judge = ({ holdings }) => {
  const small = holdings.flatMap(({ node, text, block }) => {
    const usable = usableAddresses(sizeOf(block.family, block.prefix));
    const { podsCapacity } = node;
    return podsCapacity !== undefined && usable < BigInt(podsCapacity) ? [{ node, text, usable, podsCapacity }] : [];
  });
  if (small.length === 0) return NONE;
  const nodes = nodeNames(small);
  const [least] = small.map(({ usable }) => usable).sort((a, b) => (a < b ? -1 : 1));
  return {
    findings: [
      {
        severity: 'info',
        nodes,
        subject: { kind: 'Field', name: 'status.capacity.pods' },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'takes more pods than its subnet has' : 'take more pods than their subnets have'} addresses for`,
        evidence: small.map(
          ({ node, text, usable, podsCapacity }) =>
            `${node.name}: ${text} has addresses for ${count(Number(usable), 'pod')}, the node takes ${podsCapacity}`,
        ),
        remedy: `set the kubelet's maxPods to ${least} or less, or a shorter --node-cidr-mask-size before the nodes get new subnets`,
      },
    ],
  };
};
