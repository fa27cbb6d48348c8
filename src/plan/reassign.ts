import { derivedAnnotations } from '../cni/derived-annotations.ts';
import type { Block } from '../model/cidr.ts';
import { Failure } from '../model/failure.ts';
import type { Move, MovePlan, PlanSettings, Refused } from '../model/plan.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSettings } from '../model/settings.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { type Ground, subnetsOf, surveyGround } from './ground.ts';
import { refuseDeletion } from './refusals/deletion.ts';
import { type Attestations, refusal } from './refusals/refusals.ts';
import { chooseTarget } from './target.ts';
import type { Wish } from './wish/wish.ts';

/**
 * Plans the moves in the order of the wishes; a subnet given to one move is taken for the next.
 * Throws Failure for bad input: an unknown node, a wish that cannot be had, settings that are not known. A node that must not
 * be deleted is put under `refused`, and the others go on.
 */
export function planReassign(survey: ClusterSurvey, wishes: Wish[], attested: Attestations): MovePlan {
  if (!survey.clusterUID.known) throw new Failure(`the cluster's identity is not known: ${survey.clusterUID.reason}`);
  const nodes = findNodes(survey, wishes);
  const moves: Move[] = [];
  const refused: Refused[] = [];
  const unchanged: MovePlan['unchanged'] = [];
  let ground = surveyGround(survey);
  for (const { wish, node } of nodes) {
    const reason = node.podCIDRs.length > 0 ? refusal(node, attested) : refuseDeletion(node);
    if (reason) {
      refused.push({ node: node.name, reason });
      continue;
    }
    const { move, blocks } = planMove(node, wish, ground);
    if (sameSubnets(move)) {
      unchanged.push({ node: node.name, podCIDRs: move.to });
      continue;
    }
    moves.push(move);
    ground = withTaken(ground, node.name, blocks);
  }
  return { clusterUID: survey.clusterUID.value, settings: planSettings(survey.settings), moves, refused, unchanged };
}

function planMove(node: SurveyNode, wish: Wish, ground: Ground): { move: Move; blocks: Block[] } {
  const { blocks, reason } = chooseTarget(node, wish.blocks, ground);
  const from = subnetsOf(node);
  const move: Move = {
    node: node.name,
    uid: node.uid,
    method: node.podCIDRs.length === 0 ? 'patch' : 'recreate',
    from: node.podCIDRs,
    to: blocks.map(({ text }) => text),
    reason,
    wished: wish.blocks !== undefined,
    annotations: derivedAnnotations(node.annotations, from, blocks),
    survivors: survivorsOf(node.name, from, blocks, ground),
    raw: node.raw,
  };
  return { move, blocks };
}

/** Other nodes that hold a block which this node gives up: peers will drop their route with it (kubernetes#127792). */
function survivorsOf(node: string, from: Block[], to: Block[], ground: Ground): string[] {
  const givenUp = from.filter(({ text }) => !to.some((block) => block.text === text));
  const names = ground.inUse
    .filter((use) => use.node !== undefined && use.node !== node)
    .filter((use) => givenUp.some(({ text }) => text === use.block.text))
    .map((use) => use.node ?? '');
  return [...new Set(names)].sort();
}

function withTaken(ground: Ground, node: string, blocks: Block[]): Ground {
  const others = ground.inUse.filter((use) => use.node !== node);
  return { ...ground, inUse: [...others, ...blocks.map((block) => ({ block, holder: `node ${node}`, node }))] };
}

function sameSubnets({ from, to }: Move): boolean {
  return from.length === to.length && from.every((text, index) => text === to[index]);
}

function findNodes(survey: ClusterSurvey, wishes: Wish[]): { wish: Wish; node: SurveyNode }[] {
  const byName = new Map(survey.nodes.map((node) => [node.name, node]));
  const unknown = wishes.filter(({ node }) => !byName.has(node)).map(({ node }) => quote(node));
  if (unknown.length > 0) {
    throw new Failure(`nodes ${unknown.join(', ')} not found`, { hint: 'kubectl podcidr list shows every node' });
  }
  return wishes.flatMap((wish) => {
    const node = byName.get(wish.node);
    return node ? [{ wish, node }] : [];
  });
}

function planSettings({ clusterCIDRs, nodeMasks, serviceCIDRs }: ClusterSettings): PlanSettings {
  return {
    clusterCIDRs: clusterCIDRs.known ? clusterCIDRs.value.map(({ block }) => block.text) : [],
    nodeMasks: nodeMasks.known ? nodeMasks.value.map(({ length }) => length) : [],
    serviceCIDRs: serviceCIDRs.known ? serviceCIDRs.value.map(({ text }) => text) : [],
  };
}
