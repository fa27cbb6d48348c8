import type { ExitCode } from '../model/failure.ts';
import type { Dependent, OperationChoices, OperationManifest, Verb } from '../model/operation.ts';
import type { MovePlan } from '../model/plan.ts';
import type { Absences } from '../operate/absences.ts';
import type { Todo } from '../operate/moves.ts';
import { beginOperation, operationId } from '../operate/operation.ts';
import { type AtWork, atWork } from './at-work.ts';
import type { Context } from './context.ts';

export interface CarryOutOptions extends Omit<AtWork, 'refused'> {
  choices: OperationChoices;
  /** What is known of the nodes from elsewhere. */
  known: { dependents: ReadonlyMap<string, Dependent[]> | undefined; absences: Absences };
}

/** Carries out a plan that the operator has agreed to, and tells how each move ended. */
export async function carryOut(
  context: Context,
  verb: Verb,
  plan: MovePlan,
  { choices, known, ...options }: CarryOutOptions,
): Promise<ExitCode> {
  const moves = plan.moves.map(({ node, uid, method, from, to, wished }) => ({ node, uid, method, from, to, wished }));
  const manifest = newManifest(context, verb, { ...plan, moves }, choices);
  const todo = plan.moves.map(
    (move, index): Todo => ({
      move: moves[index] ?? move,
      record: undefined,
      raw: move.raw,
      absence: known.absences.get(move.node),
      dependents: known.dependents?.get(move.node),
    }),
  );
  return atWork(context, { ...options, refused: plan.refused.length }, verb, (tools) =>
    beginOperation(manifest, todo, tools),
  );
}

/** The manifest of an operation that begins now. */
export function newManifest(
  { clock, version, identity, random }: Context,
  verb: Verb,
  { clusterUID, settings, moves }: Pick<OperationManifest, 'clusterUID' | 'settings' | 'moves'>,
  choices: OperationChoices,
): OperationManifest {
  const at = new Date(clock.now()).toISOString();
  return {
    schema: 1,
    tool: `kubectl-podcidr/${version}`,
    clusterUID,
    operation: operationId(clock.now(), random(6)),
    verb,
    by: identity,
    startedAt: at,
    state: 'open',
    settings,
    choices,
    moves,
    at,
  };
}
