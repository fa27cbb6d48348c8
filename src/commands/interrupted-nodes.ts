import type { MovePlan } from '../model/plan.ts';
import type { ClusterSurvey } from '../model/survey.ts';

/** Puts nodes that another operation has begun and not finished under `refused`: two journals of one node contradict each other. */
export function refuseInterrupted(plan: MovePlan, { interrupted = [] }: ClusterSurvey): MovePlan {
  const held = new Map(interrupted.flatMap(({ id, nodes }) => nodes.map(({ name }) => [name, id] as const)));
  const refused = plan.moves.flatMap(({ node }) => {
    const id = held.get(node);
    return id === undefined
      ? []
      : [{ node, reason: `operation ${id} has begun it and is not finished: kubectl podcidr resume ${id}` }];
  });
  if (refused.length === 0) return plan;
  return {
    ...plan,
    moves: plan.moves.filter(({ node }) => !held.has(node)),
    refused: [...plan.refused, ...refused],
  };
}
