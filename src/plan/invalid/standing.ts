import { mayLackSubnet } from '../../cni/may-lack-subnet.ts';
import type { Block } from '../../model/cidr.ts';
import { quote } from '../../model/quote.ts';
import type { ClusterSurvey, SurveyNode } from '../../model/survey.ts';
import { overlaps } from '../../subnet/block.ts';
import { parseBlock, readSloppily } from '../../subnet/parse.ts';
import type { Ground, Pool } from '../ground.ts';
import { objection } from '../wish/check.ts';

/** How a node's subnets are, other nodes left aside. */
export interface Standing {
  node: SurveyNode;
  /** What it holds, as kube-controller-manager reads it. */
  blocks: Block[];
  /** By pool: the subnet that it may keep; undefined where it lacks one or has a wrong one. */
  sound: (Block | undefined)[];
  /** What is wrong, a clause each; a node without any needs no move for its own sake. */
  faults: string[];
}

/** Judges every node by what the Subnets checks of `validate` look at, beside duplicates and overlaps. */
export function standings(survey: ClusterSurvey, ground: Ground): Standing[] {
  const { pools } = ground;
  // Outside of the cluster CIDR a subnet is wrong already, whatever else it overlaps.
  const inUse = ground.inUse.filter(
    ({ node, block }) => node === undefined && pools.some(({ cluster }) => overlaps(cluster, block)),
  );
  return survey.nodes.map((node) => standingOf(node, { pools, inUse }, mayLackSubnet(node, survey)));
}

function standingOf(node: SurveyNode, ground: Ground, mayLack: boolean): Standing {
  const { pools } = ground;
  const subnets = node.podCIDRs.map((text) => ({ text, block: readSloppily(text), parsed: parseBlock(text) }));
  const blocks = subnets.flatMap(({ block }) => block ?? []);
  if (subnets.length === 0) {
    return { node, blocks, sound: pools.map(() => undefined), faults: mayLack ? [] : ['no subnet'] };
  }
  const malformed = subnets.flatMap(({ text, parsed }) =>
    parsed.ok ? [] : [`${quote(text)} is not a subnet: ${parsed.reason}`],
  );
  const placed = subnets.flatMap(({ block }, index) => (block ? placement(block, index, node.name, ground) : []));
  const twice = pools.filter(({ cluster }) => blocks.filter(({ family }) => family === cluster.family).length > 1);
  const missing = pools.filter(({ cluster }) => !blocks.some(({ family }) => family === cluster.family));
  const contradiction = node.podCIDR !== node.podCIDRs[0];
  return {
    node,
    blocks,
    sound: pools.map(({ cluster }) => {
      const [one, ...more] = subnets.filter(({ block }) => block?.family === cluster.family);
      if (!one?.parsed.ok || more.length > 0 || contradiction) return undefined;
      return objection(one.parsed.block, node.name, ground) === undefined ? one.parsed.block : undefined;
    }),
    faults: [
      ...malformed,
      ...(contradiction ? [`podCIDR is not podCIDRs[0], ${quote(node.podCIDRs[0] ?? '')}`] : []),
      ...twice.map(({ cluster }) => `two ${cluster.family} subnets`),
      ...placed,
      // The family of what cannot be read is not known.
      ...(mayLack || blocks.length < subnets.length ? [] : missing.map(({ cluster }) => `no ${cluster.family} subnet`)),
    ],
  };
}

/** kube-controller-manager checks podCIDRs[i] against the i-th cluster CIDR (range_allocator.go:occupyCIDRs). */
function placement(block: Block, index: number, node: string, ground: Ground): string[] {
  const reason = objection(block, node, ground);
  if (reason !== undefined) return [reason];
  const expected: Pool | undefined = ground.pools[index];
  if (expected?.cluster.family === block.family) return [];
  return [
    `${block.text} stands at position ${index + 1}, where the cluster CIDR has ${expected?.cluster.text ?? 'nothing'}`,
  ];
}
