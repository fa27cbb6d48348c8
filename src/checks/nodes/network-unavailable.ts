import { isVirtualNode } from '../../cni/virtual-node.ts';
import { isNodeName } from '../../model/node-name.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { nodeNames } from '../view.ts';

/** A CNI or a cloud's routes have this long, in milliseconds. */
const YOUNG = 120_000;

/** Nodes whose NetworkUnavailable condition is True. */
export const judgeNetworkUnavailable: Judge = ({ nodes, survey }) => {
  const without = nodes.filter(({ node }) => {
    const { networkUnavailable: condition, createdAt } = node;
    if (condition?.status !== 'True' || isVirtualNode(node) || node.deleting) return false;
    const ages = [condition.since, createdAt].map((at) => (at === undefined ? YOUNG : survey.now - at));
    return ages.every((age) => age >= YOUNG);
  });
  if (without.length === 0) return NONE;
  const names = nodeNames(without);
  const first = names.find(isNodeName);
  return {
    findings: [
      {
        severity: 'warning',
        nodes: names,
        subject: { kind: 'Condition', name: 'NetworkUnavailable' },
        message: `${count(names.length, 'node')} ${names.length === 1 ? 'says' : 'say'} that ${names.length === 1 ? 'its' : 'their'} network is not set up`,
        evidence: without.map(
          ({ node }) => `${node.name}: NetworkUnavailable, ${node.networkUnavailable?.reason || 'without a reason'}`,
        ),
        remedy:
          first === undefined ? 'the names are not valid: no command can name them' : `kubectl describe node ${first}`,
      },
    ],
  };
};
