import { Failure } from '../model/failure.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { type Ground, surveyGround } from './ground.ts';
import { controlPlaneLast, emptyPlan, findNodes, moveTo, refusalToMove, withTaken } from './move.ts';
import type { Judgement } from './refusals/refusals.ts';
import { chooseTarget } from './target.ts';
import type { Wish } from './wish/wish.ts';

interface Asked {
  wish: Wish;
  node: SurveyNode;
}

/**
 * Plans the moves in the order of the wishes, control-plane nodes last; a subnet given to one move is taken for the next, and
 * what one gives up is free for the next. Where only the order of the wishes itself gives each its subnet, that one is kept.
 * Throws Failure for bad input: an unknown node, a wish that cannot be had, settings that are not known. A node that must not
 * be deleted is put under `refused`, and the others go on.
 */
export function planReassign(survey: ClusterSurvey, wishes: Wish[], judgement: Judgement): MovePlan {
  const plan = emptyPlan(survey);
  const nodes = findNodes(
    survey,
    wishes.map(({ node }) => node),
  );
  const asked = wishes.flatMap((wish, index) => {
    const node = nodes[index];
    return node ? [{ wish, node }] : [];
  });
  const ground = surveyGround(survey);
  try {
    return planInOrder(
      plan,
      controlPlaneLast(asked, ({ node }) => node),
      ground,
      judgement,
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return planInOrder(plan, asked, ground, judgement);
  }
}

function planInOrder(empty: MovePlan, asked: Asked[], first: Ground, judgement: Judgement): MovePlan {
  const plan: MovePlan = { ...empty, moves: [], refused: [], unchanged: [] };
  let ground = first;
  for (const { wish, node } of asked) {
    const reason = refusalToMove(node, judgement);
    if (reason) {
      plan.refused.push({ node: node.name, reason });
      continue;
    }
    const target = chooseTarget(node, wish.blocks, ground);
    const move = moveTo(node, { ...target, wished: wish.blocks !== undefined }, ground.inUse);
    if (sameSubnets(move)) {
      plan.unchanged.push({ node: node.name, podCIDRs: move.to });
      continue;
    }
    plan.moves.push(move);
    ground = withTaken(ground, node.name, readableBlocks(move.to));
  }
  return plan;
}

function sameSubnets({ from, to }: Move): boolean {
  return from.length === to.length && from.every((text, index) => text === to[index]);
}
