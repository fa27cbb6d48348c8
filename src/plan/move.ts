import { derivedAnnotations } from '../cni/derived-annotations.ts';
import type { Block } from '../model/cidr.ts';
import { Failure } from '../model/failure.ts';
import { isControlPlane } from '../model/keeper.ts';
import type { Move, MovePlan, PlanSettings } from '../model/plan.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSettings } from '../model/settings.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { type Ground, subnetsOf, type Use } from './ground.ts';
import { type Judgement, patchRefusal, refusal } from './refusals/refusals.ts';

/** What is to become of a node. */
export interface Intent {
  blocks: Block[];
  reason: string;
  wished: boolean;
}

/** The move that gives the node these subnets; a Node without one is patched. */
export function moveTo(node: SurveyNode, { blocks, reason, wished }: Intent, inUse: Use[]): Move {
  const from = subnetsOf(node);
  return {
    node: node.name,
    uid: node.uid,
    method: node.podCIDRs.length === 0 ? 'patch' : 'recreate',
    from: node.podCIDRs,
    to: blocks.map(({ text }) => text),
    reason,
    wished,
    annotations: derivedAnnotations(node.annotations, from, blocks),
    survivors: survivorsOf(node.name, from, blocks, inUse),
    raw: node.raw,
  };
}

/** Other nodes that hold a block which this node gives up: peers will drop their route with it (kubernetes#127792). */
export function survivorsOf(node: string, from: Block[], to: Block[], inUse: Use[]): string[] {
  const givenUp = from.filter(({ text }) => !to.some((block) => block.text === text));
  const names = inUse
    .filter((use) => use.node !== undefined && use.node !== node)
    .filter((use) => givenUp.some(({ text }) => text === use.block.text))
    .map((use) => use.node ?? '');
  return [...new Set(names)].sort();
}

/** The ground once the node has these subnets in place of its own. */
export function withTaken(ground: Ground, node: string, blocks: Block[]): Ground {
  const others = ground.inUse.filter((use) => use.node !== node);
  return { ...ground, inUse: [...others, ...blocks.map((block) => ({ block, holder: `node ${node}`, node }))] };
}

/** Why this node must stay as it is. A Node without a subnet is patched: less can go wrong. */
export function refusalToMove(node: SurveyNode, judgement: Judgement): string | undefined {
  return node.podCIDRs.length > 0 ? refusal(node, judgement) : patchRefusal(node, judgement);
}

/** The nodes of these names, in their order. Throws Failure that names all that there are not. */
export function findNodes(survey: ClusterSurvey, names: readonly string[]): SurveyNode[] {
  const byName = new Map(survey.nodes.map((node) => [node.name, node]));
  const unknown = names.filter((name) => !byName.has(name)).map(quote);
  if (unknown.length > 0) {
    throw new Failure(`nodes ${unknown.join(', ')} not found`, { hint: 'kubectl podcidr list shows every node' });
  }
  return names.flatMap((name) => byName.get(name) ?? []);
}

/** Nodes of the control plane behind all others: whatever goes wrong shows on a worker first. The order stays otherwise. */
export function controlPlaneLast<T>(items: readonly T[], nodeOf: (item: T) => SurveyNode): T[] {
  const isLast = (item: T) => isControlPlane(nodeOf(item));
  return [...items.filter((item) => !isLast(item)), ...items.filter(isLast)];
}

/** A plan without moves, bound to this cluster and its settings. Throws Failure when the cluster's identity is not known. */
export function emptyPlan({ clusterUID, settings }: ClusterSurvey): MovePlan {
  if (!clusterUID.known) throw new Failure(`the cluster's identity is not known: ${clusterUID.reason}`);
  return { clusterUID: clusterUID.value, settings: planSettings(settings), moves: [], refused: [], unchanged: [] };
}

function planSettings({ clusterCIDRs, nodeMasks, serviceCIDRs }: ClusterSettings): PlanSettings {
  return {
    clusterCIDRs: clusterCIDRs.known ? clusterCIDRs.value.map(({ block }) => block.text) : [],
    nodeMasks: nodeMasks.known ? nodeMasks.value.map(({ length }) => length) : [],
    serviceCIDRs: serviceCIDRs.known ? serviceCIDRs.value.map(({ text }) => text) : [],
  };
}
