import { quote } from '../model/quote.ts';
import { parseBlock } from '../subnet/parse.ts';
import type { Judge } from './check.ts';
import { reassign } from './remedy.ts';
import type { ViewedNode } from './view.ts';

/** Subnets that are malformed, or fields that contradict each other: one finding per node. */
export const judgeSubnetMalformed: Judge = ({ nodes }) => ({
  findings: nodes.flatMap((viewed) => {
    const problems = [...badTexts(viewed), ...contradictions(viewed), ...families(viewed)];
    const [first] = problems;
    if (first === undefined) return [];
    const { name } = viewed.node;
    return [
      {
        severity: 'error' as const,
        nodes: [name],
        subject: { kind: 'Node', name },
        message: `${name}: ${first}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}`,
        evidence: problems.map((problem) => `${name}: ${problem}`),
        remedy: reassign([name]),
      },
    ];
  }),
});

function badTexts({ subnets }: ViewedNode): string[] {
  return subnets.flatMap(({ text }) => {
    const parsed = parseBlock(text);
    return parsed.ok ? [] : [`${quote(text)} is not a subnet: ${parsed.reason}`];
  });
}

/** The API server keeps podCIDR = podCIDRs[0]; a file edited by hand need not, and flannel reads podCIDR alone. */
function contradictions({ node }: ViewedNode): string[] {
  const [first] = node.podCIDRs;
  return first === undefined || node.podCIDR === first
    ? []
    : [`podCIDR is ${node.podCIDR === undefined ? 'empty' : quote(node.podCIDR)}, podCIDRs[0] is ${quote(first)}`];
}

function families({ node, subnets }: ViewedNode): string[] {
  const twice = (['IPv4', 'IPv6'] as const).filter(
    (family) => subnets.filter(({ block }) => block?.family === family).length > 1,
  );
  return twice.map(
    (family) => `two ${family} subnets, one per family is allowed: ${node.podCIDRs.map(quote).join(', ')}`,
  );
}
