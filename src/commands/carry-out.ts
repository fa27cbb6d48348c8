import type { ExitCode } from '../model/failure.ts';
import type { OperationChoices, OperationManifest, Verb } from '../model/operation.ts';
import type { MovePlan } from '../model/plan.ts';
import { beginOperation, operationId } from '../operate/operation.ts';
import { type AtWork, atWork } from './at-work.ts';
import type { Context } from './context.ts';

export interface CarryOutOptions extends Omit<AtWork, 'refused'> {
  choices: OperationChoices;
}

/** Carries out a plan that the operator has agreed to, and tells how each move ended. */
export async function carryOut(
  context: Context,
  verb: Verb,
  plan: MovePlan,
  { choices, ...options }: CarryOutOptions,
): Promise<ExitCode> {
  const moves = plan.moves.map(({ node, uid, method, from, to, wished }) => ({ node, uid, method, from, to, wished }));
  const manifest = newManifest(context, verb, { ...plan, moves }, choices);
  const todo = plan.moves.map((move, index) => ({ move: moves[index] ?? move, record: undefined, raw: move.raw }));
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
