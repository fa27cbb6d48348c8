import { compareKeepers } from '../model/keeper.ts';
import { count } from '../model/text.ts';
import type { Judge } from './check.ts';
import { reassign } from './remedy.ts';
import { type Holding, nodeNames } from './view.ts';

/** Nodes with the same subnet: one finding per shared subnet. */
export const judgeSubnetDuplicate: Judge = ({ holdings }) => {
  const bySubnet = Map.groupBy(holdings, ({ block }) => block.text);
  return { findings: [...bySubnet].flatMap(([text, holders]) => shared(text, holders)) };
};

function shared(text: string, holders: Holding[]) {
  const nodes = nodeNames(holders);
  const [keeper] = holders.map(({ node }) => node).sort((a, b) => compareKeepers(a, b));
  if (nodes.length < 2 || !keeper) return [];
  return [
    {
      severity: 'error' as const,
      nodes,
      subject: { kind: 'Subnet', name: text },
      message: `${count(nodes.length, 'node')} share ${text}`,
      evidence: holders.map((holder) => `${holder.node.name}: ${holder.text}`),
      remedy: reassign(nodes.filter((name) => name !== keeper.name)),
    },
  ];
}
