import type { Block } from '../../model/cidr.ts';
import { compareKeepers, isControlPlane } from '../../model/keeper.ts';
import type { Move, MovePlan, Refused } from '../../model/plan.ts';
import type { ClusterSurvey } from '../../model/survey.ts';
import { compareText } from '../../model/text.ts';
import { coverOf } from '../../subnet/cover.ts';
import { type Ground, surveyGround } from '../ground.ts';
import { emptyPlan, moveTo, refusalToMove, withTaken } from '../move.ts';
import type { Judgement } from '../refusals/refusals.ts';
import { objection } from '../wish/check.ts';
import { conflictingNodes } from './conflicts.ts';
import { type Sides, takeSides } from './contest.ts';
import type { Mover } from './mover.ts';
import { orderMoves } from './order.ts';
import { losers } from './settle.ts';
import { type Standing, standings } from './standing.ts';

export interface InvalidOptions {
  /** Names of the nodes that may move; all others stay as they are. Undefined: all may. */
  chosen: ReadonlySet<string> | undefined;
  judgement: Judgement;
}

/** The survey as the plan looks at it. */
interface Scene {
  survey: ClusterSurvey;
  ground: Ground;
  all: Standing[];
  /** Why a chosen node must stay as it is, by name. */
  refusals: ReadonlyMap<string, string>;
  sides: Sides;
}

/**
 * Plans the fewest and least disruptive moves after which no chosen node is invalid: no two subnets overlap, each lies in its
 * cluster CIDR with the right mask, no family is missing. Which of several sharers moves: `losers`; in which order, and what a
 * full pool allows: `orderMoves`. A family of a node that is right stays as it is. A node that must not be moved is kept and
 * its twin moves; where that does not help, and where nothing is free, it is put under `refused` and the others go on.
 * `pods`: pods on the pod network by node name; undefined when they may not be read. The order of the nodes never matters.
 * Throws Failure when settings are not known.
 */
export function planInvalid(
  survey: ClusterSurvey,
  pods: ReadonlyMap<string, number> | undefined,
  options: InvalidOptions,
): MovePlan {
  const scene = lookAt(survey, options);
  const { all, ground, sides } = scene;
  const counts = pods ?? new Map<string, number>();
  const moving = [...sides.movers, ...sides.contests.flatMap((contest) => losers(contest, counts))];
  const holdings = new Map(all.map(({ node, blocks }) => [node.name, blocks]));
  const { placed, stuck } = orderMoves(moversOf(moving, all, counts), ground, holdings);
  const after = new Map([...holdings, ...placed.map(({ name, blocks }) => [name, blocks] as const)]);
  const refused = [
    ...stuck.map(({ name, pool }) => ({ node: name, reason: noRoom(pool) })),
    ...stillInvalid(scene, after),
  ].sort((a, b) => compareText(a.node, b.node));
  return { ...emptyPlan(survey), moves: movesOf(placed, moving, ground), refused };
}

/** Names of the nodes among which `planInvalid` chooses: their pods decide. Throws Failure when settings are not known. */
export function contenders(survey: ClusterSurvey, options: InvalidOptions): string[] {
  return lookAt(survey, options).sides.contests.flatMap((contest) => contest.map(({ node }) => node.name));
}

function lookAt(unsorted: ClusterSurvey, { chosen, judgement }: InvalidOptions): Scene {
  const survey = { ...unsorted, nodes: unsorted.nodes.toSorted((a, b) => compareText(a.name, b.name)) };
  const ground = surveyGround(survey);
  const all = standings(survey, ground);
  const refusals = new Map(
    survey.nodes
      .filter(({ name }) => chosen?.has(name) ?? true)
      .flatMap((node) => {
        const reason = refusalToMove(node, judgement);
        return reason === undefined ? [] : [[node.name, reason] as const];
      }),
  );
  const mayMove = ({ node: { name } }: Standing) => (chosen?.has(name) ?? true) && !refusals.has(name);
  return { survey, ground, all, refusals, sides: takeSides(all, mayMove) };
}

/** What each mover keeps: a sound subnet that neither a node that stays nor a better keeper has. */
function moversOf(moving: Standing[], all: Standing[], pods: ReadonlyMap<string, number>): Mover[] {
  const names = new Set(moving.map(({ node }) => node.name));
  const isStaying = coverOf(all.filter(({ node }) => !names.has(node.name)).flatMap(({ blocks }) => blocks));
  const kept = new Set<string>();
  const take = (block: Block | undefined): Block | undefined => {
    if (!block || isStaying(block) || kept.has(block.text)) return undefined;
    kept.add(block.text);
    return block;
  };
  return moving
    .toSorted((a, b) => compareKeepers(a.node, b.node, pods))
    .map(({ node, blocks, sound }) => ({
      name: node.name,
      controlPlane: isControlPlane(node),
      blocks,
      kept: sound.map(take),
    }));
}

function movesOf(placed: { name: string; blocks: Block[] }[], moving: Standing[], before: Ground): Move[] {
  const byName = new Map(moving.map((standing) => [standing.node.name, standing]));
  let ground = before;
  return placed.flatMap(({ name, blocks }) => {
    const standing = byName.get(name);
    if (!standing) return [];
    const reason = reasonOf(standing, blocks, before);
    const move = moveTo(standing.node, { blocks, reason, wished: false }, ground.inUse);
    ground = withTaken(ground, name, blocks);
    return [move];
  });
}

function reasonOf({ node, blocks, faults }: Standing, to: Block[], ground: Ground): string {
  const givenUp = blocks.filter(({ text }) => !to.some((block) => block.text === text));
  const overlaps = givenUp.flatMap((block) => objection(block, node.name, ground) ?? []);
  return [...new Set([...faults, ...overlaps])].join('; ');
}

function noRoom(pool: Ground['pools'][number] | undefined): string {
  if (!pool) return 'no free subnet is left';
  return `no free /${pool.mask} is left in the cluster CIDR ${pool.cluster.text}, and no order of the moves was found that frees one`;
}

/** Chosen nodes that must not move and that the plan does not cure by moving others. */
function stillInvalid({ all, refusals }: Scene, after: ReadonlyMap<string, readonly Block[]>): Refused[] {
  const held = [...after].flatMap(([name, blocks]) => blocks.map((block) => ({ name, block })));
  const conflicting = conflictingNodes(held);
  return all.flatMap(({ node, faults }) => {
    const reason = refusals.get(node.name);
    const isInvalid = faults.length > 0 || conflicting.has(node.name);
    return reason !== undefined && isInvalid ? [{ node: node.name, reason }] : [];
  });
}
