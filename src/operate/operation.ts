import { discoverKinds } from '../kube/discovery.ts';
import { NodeWatch } from '../kube/node-watch.ts';
import { limited } from '../kube/wire/limited.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { Clock, Waits } from '../model/clock.ts';
import type { OperationChoices, OperationRecord } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import { asObject } from '../model/read-json.ts';
import { postBody } from '../plan/body.ts';
import type { Ground } from '../plan/ground.ts';
import { Journal } from './journal/journal.ts';
import { type Outcome, runMove, STEPS } from './runner.ts';
import type { Work } from './work.ts';

/** What carries out a plan. */
export interface OperationOptions {
  wire: Wire;
  clock: Clock;
  waits: Waits;
  stateFolder: string;
  /** For example kubectl-podcidr/0.1.0. */
  tool: string;
  ground: Ground;
  choices: OperationChoices;
  /** True once the operator wants to stop: the node in hand is finished, no other is begun. */
  stopping(): boolean;
  tell(line: string): void;
  /** Called as each move ends. */
  ended(outcome: Outcome): void;
}

/** `20261121-034501-1f2e3d`: sorts by time, and two operators' never meet. */
export function operationId(now: number, random: string): string {
  const [day, time] = new Date(now).toISOString().replaceAll(/[-:]/g, '').split('T');
  return `${day}-${time?.slice(0, 6)}-${random}`;
}

/**
 * Carries out the moves one after another. A move that is refused before its first write is skipped; one that fails later stops
 * the operation. Returns how each ended; moves that were not begun are not in the list.
 */
export async function runOperation(id: string, plan: MovePlan, options: OperationOptions): Promise<Outcome[]> {
  const { wire, clock, waits, ground, choices, stopping, tell } = options;
  const watch = new NodeWatch(wire);
  const outcomes: Outcome[] = [];
  try {
    // Both before the first move: between detach and DELETE nothing is to be waited for.
    const [discovery] = await Promise.all([discoverKinds(wire), watch.subnets()]);
    // What happens between DELETE and POST must not wait for a connection that died.
    const journal = new Journal(limited(wire, waits.answer), options.stateFolder, clock);
    for (const move of plan.moves) {
      if (stopping()) break;
      const work: Work = {
        wire,
        clock,
        waits,
        journal,
        watch,
        discovery,
        ground,
        choices,
        stopping,
        tell,
        reserved: plan.moves.slice(plan.moves.indexOf(move) + 1).flatMap(({ to }) => to),
      };
      const outcome = await runMove(STEPS[move.method], firstRecord(id, plan, move, options), work);
      outcomes.push(outcome);
      options.ended(outcome);
      if (outcome.state === 'undone' || outcome.state === 'interrupted') break;
    }
  } finally {
    watch.close();
  }
  return outcomes;
}

function firstRecord(
  operation: string,
  plan: MovePlan,
  move: Move,
  { tool, clock }: OperationOptions,
): OperationRecord {
  const { node, uid, method, wished, from, to, raw } = move;
  return {
    schema: 1,
    tool,
    clusterUID: plan.clusterUID,
    operation,
    node,
    uid,
    method,
    wished,
    from,
    to,
    raw,
    body: postBody(raw, { from, to, operation }),
    resourceVersion: String(asObject(raw.metadata).resourceVersion),
    dependents: [],
    survivors: [],
    step: 'planned',
    at: new Date(clock.now()).toISOString(),
  };
}
