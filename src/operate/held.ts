import { interruptedAmong, readOpenNotes } from '../kube/objects/open-notes.ts';
import { Failure } from '../model/failure.ts';
import type { OperationManifest } from '../model/operation.ts';
import { persist } from './persist.ts';
import type { Session } from './session.ts';

/**
 * Nodes that another open operation has begun, each with that one's id: two journals of one Node contradict each other.
 * Read under the lock, so nobody is at work on any of them. `own`: operations that are carried out now. Throws ApiError, WireError,
 * Failure.
 */
export async function heldNodes(
  { choices }: OperationManifest,
  own: string[],
  session: Session,
): Promise<Map<string, string>> {
  const notes = await persist(session.work(choices, []), () => readOpenNotes(session.tools.wire));
  const others = interruptedAmong(notes, undefined, session.tools.clock.now()).filter(({ id }) => !own.includes(id));
  return new Map(others.flatMap(({ id, nodes }) => nodes.map(({ name }) => [name, id] as const)));
}

/** Why a Node is left alone that operation `id` has begun. */
export function heldBy(id: string, before = ''): Failure {
  return new Failure(`${before}operation ${id} has begun it and is not finished`, {
    hint: `finish that one first: kubectl podcidr resume ${id}`,
  });
}
