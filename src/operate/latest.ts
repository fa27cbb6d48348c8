import { Failure } from '../model/failure.ts';
import type { OperationManifest, OperationRecord } from '../model/operation.ts';
import { type JournaledOperation, readJournal } from './journal/read.ts';
import { persist } from './persist.ts';
import type { Session } from './session.ts';

/**
 * The journal as it stands now that the lock is ours: while the operator was asked, or the lock waited for, another process may
 * have gone on with it. `operation`: that one; undefined: all. By id. Throws Failure, ApiError, WireError: what may be old is never gone on from.
 */
export async function latestOperations(
  { clusterUID, choices }: OperationManifest,
  operation: string | undefined,
  session: Session,
): Promise<Map<string, JournaledOperation>> {
  const { wire, stateFolder } = session.tools;
  const place = { clusterUID, stateFolder, operation, strict: true };
  const { operations } = await persist(session.work(choices, []), () => readJournal(wire, place));
  return new Map(operations.map((one) => [one.id, one]));
}

/** Of these operations the one with this id. Throws Failure when it is gone, or its journal cannot be used any more. */
export function latestOf(operations: ReadonlyMap<string, JournaledOperation>, id: string): JournaledOperation {
  const found = operations.get(id);
  const hint = 'kubectl podcidr operations shows what is left to do';
  if (!found) throw new Failure(`the journal of operation ${id} was removed meanwhile; nothing was changed`, { hint });
  if (found.unreadable.length === 0) return found;
  throw new Failure(`the journal of operation ${id} cannot be used any more: ${found.unreadable.join(', ')}`, { hint });
}

/** How it ends when another process has done all of it meanwhile. */
export function endedMeanwhile(
  { id, manifest, records }: JournaledOperation,
  { tools }: Session,
): { manifest: OperationManifest; outcomes: []; found: OperationRecord[] } {
  const how = manifest.state === 'finished' ? 'finished' : 'rolled back';
  tools.tell(`operation ${id} was ${how} by another process meanwhile; nothing was changed by this one`);
  return { manifest, outcomes: [], found: [...records.values()] };
}
