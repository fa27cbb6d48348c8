import { Failure } from '../model/failure.ts';
import type { Move, MovePlan, PlanSettings } from '../model/plan.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { type Ground, surveyGround } from './ground.ts';
import { emptyPlan, moveTo, refusalToMove, withTaken } from './move.ts';
import type { ReviewedMove, ReviewedPlan } from './plan-file.ts';
import type { Judgement } from './refusals/refusals.ts';
import { objection } from './wish/check.ts';

/**
 * The moves of a reviewed plan, exactly: each counts as wished for, so that no other subnet is ever chosen in its place.
 * Throws Failure with the first difference between the plan and the cluster as it is now: another cluster, other settings, a
 * node that is gone, was created again, has other subnets or must not be moved, a subnet that is not free when its turn comes.
 */
export function matchPlan(reviewed: ReviewedPlan, survey: ClusterSurvey, judgement: Judgement): MovePlan {
  const plan = { ...emptyPlan(survey), refused: reviewed.refused };
  if (reviewed.clusterUID !== plan.clusterUID) {
    throw differs(`${reviewed.file} was made for cluster ${reviewed.clusterUID}, this is ${plan.clusterUID}`);
  }
  let ground = surveyGround(survey);
  checkSettings(reviewed, plan.settings);
  const moves: Move[] = [];
  for (const move of reviewed.moves) {
    moves.push(matchMove(move, survey, ground, judgement));
    ground = withTaken(ground, move.node, readableBlocks(move.to));
  }
  return { ...plan, moves };
}

function checkSettings({ settings, file }: ReviewedPlan, now: PlanSettings): void {
  const words: [string, keyof PlanSettings][] = [
    ['cluster CIDR', 'clusterCIDRs'],
    ['node mask', 'nodeMasks'],
    ['service range', 'serviceCIDRs'],
  ];
  for (const [what, field] of words) {
    const [then, present] = [settings[field].join(','), now[field].join(',')];
    if (then === present) continue;
    throw differs(`${file} rests on the ${what} ${then || 'not known'}, it is ${present || 'not known'} now`);
  }
}

function matchMove(reviewed: ReviewedMove, survey: ClusterSurvey, ground: Ground, judgement: Judgement): Move {
  const { node: name, uid, from, to, reason } = reviewed;
  const node = survey.nodes.find((one) => one.name === name);
  if (!node) throw differs(`node ${quote(name)} is not there any more`);
  if (node.uid !== uid) throw differs(`node ${name} was deleted and created again since (uid ${node.uid})`);
  if (node.podCIDRs.join(',') !== from.join(',')) {
    throw differs(`node ${name} has ${subnets(node.podCIDRs)} now, the plan moves it from ${subnets(from)}`);
  }
  const refused = refusalToMove(node, judgement);
  if (refused !== undefined) throw differs(`node ${name} is not moved: ${refused}`);
  const blocks = readableBlocks(to);
  for (const [index, block] of blocks.entries()) {
    // What the node keeps was reviewed as it is.
    const obstacle = from.includes(block.text) ? undefined : objection(block, name, ground);
    if (obstacle !== undefined) throw differs(`node ${name} cannot have ${block.text} now: ${obstacle}`);
    const expected = ground.pools[index]?.cluster;
    if (expected?.family === block.family) continue;
    throw differs(
      `node ${name} cannot have ${to.join(',')}: the cluster CIDR has ${expected?.text ?? 'nothing'} at place ${index + 1}`,
    );
  }
  return moveTo(node, { blocks, reason, wished: true }, ground.inUse);
}

function subnets(texts: string[]): string {
  return texts.join(',') || 'no subnet';
}

function differs(message: string): Failure {
  return new Failure(message, { hint: 'nothing was changed: make a new plan and review it' });
}
