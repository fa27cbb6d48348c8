import type { PlannedMove } from '../model/operation.ts';
import type { Refused } from '../model/plan.ts';
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
