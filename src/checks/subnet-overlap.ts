import type { Block } from '../model/cidr.ts';
import { isControlPlane } from '../model/keeper.ts';
import { compareText, count } from '../model/text.ts';
import { compare, contains } from '../subnet/block.ts';
import type { Judge } from './check.ts';
import { reassign } from './remedy.ts';
import { type Holding, nodeNames } from './view.ts';

/** Nodes whose unequal subnets share addresses: one finding per group. Blocks nest, so a group is all that lies in its outermost block. */
export const judgeSubnetOverlap: Judge = ({ holdings }) => ({
  findings: groups(holdings).flatMap((group) => {
    const nodes = nodeNames(group);
    const blocks = new Set(group.map(({ block }) => block.text));
    const outer = group[0];
    if (nodes.length < 2 || blocks.size < 2 || !outer) return [];
    return [
      {
        severity: 'error' as const,
        nodes,
        subject: { kind: 'Subnet', name: outer.block.text },
        message: `${count(nodes.length, 'node')} have ${blocks.size} different subnets that overlap inside ${outer.block.text}`,
        evidence: group.map(({ node, text }) => `${node.name}: ${text}`),
        remedy: reassign(movers(group)),
      },
    ];
  }),
});

/** Splits holdings into groups whose outermost blocks are apart; inside, by block, then by name. */
function groups(holdings: Holding[]): Holding[][] {
  const result: Holding[][] = [];
  let outer: Block | undefined;
  for (const holding of [...holdings].sort(byBlock)) {
    if (outer && contains(outer, holding.block)) result.at(-1)?.push(holding);
    else {
      outer = holding.block;
      result.push([holding]);
    }
  }
  return result;
}

function byBlock(a: Holding, b: Holding): number {
  return compare(a.block, b.block) || compareText(a.node.name, b.node.name);
}

/**
 * The nodes to move so that no unequal blocks overlap: those that hold a block around another, as one odd mask most often is
 * the cause; but a control-plane node keeps its block, and what lies inside moves instead.
 */
function movers(group: Holding[]): string[] {
  const byText = Map.groupBy(group, ({ block }) => block.text);
  const levels = [...byText.values()];
  const moving = new Set<string>();
  let kept: Block | undefined;
  for (const [index, holders] of levels.entries()) {
    const block = holders[0]?.block;
    const next = levels[index + 1]?.[0]?.block;
    if (!block) continue;
    const insideKept = kept !== undefined && contains(kept, block);
    const aroundAnother = next !== undefined && contains(block, next);
    const stays = !insideKept && (!aroundAnother || holders.some(({ node }) => isControlPlane(node)));
    if (stays) kept = block;
    else for (const { node } of holders) moving.add(node.name);
  }
  return [...moving].sort(compareText);
}
