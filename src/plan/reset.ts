import type { Block } from '../model/cidr.ts';
import { Failure } from '../model/failure.ts';
import type { MovePlan } from '../model/plan.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { highestFree } from '../subnet/pool.ts';
import { type Ground, surveyGround } from './ground.ts';
import { controlPlaneLast, emptyPlan, findNodes, moveTo, refusalToMove, withTaken } from './move.ts';
import type { Judgement } from './refusals/refusals.ts';

/**
 * Plans to create these Nodes again without a subnet, so that kube-controller-manager gives each one; control-plane nodes last.
 * Under `refused`: nodes that must not be deleted, that have no subnet already, or for which none would be free. Throws Failure
 * for bad input: an unknown node, settings that are not known, and a kube-controller-manager that hands out none.
 */
export function planReset(survey: ClusterSurvey, names: string[], judgement: Judgement): MovePlan {
  const plan = emptyPlan(survey);
  const nodes = controlPlaneLast(findNodes(survey, [...new Set(names)]), (node) => node);
  let ground = surveyGround(survey);
  const { allocateNodeCIDRs } = survey.settings;
  if (allocateNodeCIDRs.known && !allocateNodeCIDRs.value) {
    throw new Failure(`kube-controller-manager hands out no subnets: ${allocateNodeCIDRs.source} is not true`, {
      hint: 'kubectl podcidr reassign gives a node a free one itself',
    });
  }
  // Stand for the subnets that kube-controller-manager will choose.
  const promised: Block[] = [];
  for (const node of nodes) {
    const fresh = freeFor(node, ground, promised);
    const reason = emptyRefusal(node) ?? refusalToMove(node, judgement) ?? (fresh ? undefined : full(ground));
    if (reason !== undefined) {
      plan.refused.push({ node: node.name, reason });
      continue;
    }
    promised.push(...(fresh ?? []));
    const move = moveTo(node, { blocks: [], reason: 'asked for', wished: false }, ground.inUse);
    plan.moves.push({ ...move, method: 'reset' });
    ground = withTaken(ground, node.name, []);
  }
  return plan;
}

function emptyRefusal({ podCIDRs }: SurveyNode): string | undefined {
  if (podCIDRs.length > 0) return undefined;
  return 'it has no subnet already; kube-controller-manager gives it one when --allocate-node-cidrs is true and the cluster CIDR has room, kubectl podcidr reassign at once';
}

/** One free block of each pool once the node has given up its own; undefined where a pool has none. */
function freeFor(node: SurveyNode, { pools, inUse }: Ground, promised: Block[]): Block[] | undefined {
  const others = inUse.filter((use) => use.node !== node.name).map(({ block }) => block);
  const blocks = pools.map(({ cluster, mask }) => highestFree(cluster, mask, [...others, ...promised]));
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

function full({ pools }: Ground): string {
  const words = pools.map(({ cluster, mask }) => `/${mask} in ${cluster.text}`);
  return `no free ${words.join(' or ')} is left for kube-controller-manager to give`;
}
