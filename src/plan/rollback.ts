import type { OperationRecord, PlannedMove } from '../model/operation.ts';
import type { Refused } from '../model/plan.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { readableBlocks } from '../subnet/parse.ts';
import type { Ground } from './ground.ts';
import { objection } from './wish/check.ts';

/** Former subnets that cannot be given back without a conflict, in the order of the moves: each is judged as if those before were done. */
export function conflictsOf(moves: PlannedMove[], ground: Ground): Refused[] {
  const conflicts: Refused[] = [];
  let inUse = ground.inUse;
  for (const { node, to } of moves) {
    const blocks = readableBlocks(to);
    const found = blocks.flatMap((block) => {
      const reason = objection(block, node, { ...ground, inUse });
      return reason === undefined ? [] : [{ node, reason }];
    });
    conflicts.push(...found);
    const others = inUse.filter((use) => use.node !== node);
    inUse = [...others, ...blocks.map((block) => ({ block, holder: `node ${node}`, node }))];
  }
  return conflicts;
}

/** Moves whose node is gone, was created again, or has another subnet than it was given, each with the reason. */
export function lostMoves(moves: PlannedMove[], { nodes }: Pick<ClusterSurvey, 'nodes'>): Refused[] {
  return moves.flatMap(({ node, uid, from }) => {
    const there = nodes.find(({ name }) => name === node);
    if (!there) return [{ node, reason: 'it was deleted since' }];
    if (there.uid !== uid) return [{ node, reason: 'it was deleted and created again since' }];
    const present = there.podCIDRs.join(',');
    return present === from.join(',') ? [] : [{ node, reason: `it has ${present || 'no subnet'} now` }];
  });
}

/** Nodes that an interrupted operation has deleted, and that a rollback brings back with what they had before it. */
export function absentMoves(
  records: ReadonlyMap<string, OperationRecord>,
  { nodes }: Pick<ClusterSurvey, 'nodes'>,
): PlannedMove[] {
  return [...records.values()]
    .filter(
      ({ node, step, method }) =>
        step === 'swapping' && method !== 'create' && !nodes.some(({ name }) => name === node),
    )
    .map(({ node, uid, from, to, firstSwap }) => {
      const former = firstSwap?.from ?? from;
      return { node, uid, method: 'recreate', from: to, to: former, wished: true };
    });
}
