import { deletion, getNode, patchNode } from '../../../kube/objects/node.ts';
import { ApiError, apiError } from '../../../kube/wire/api-error.ts';
import { WireError } from '../../../kube/wire/wire-error.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asObject } from '../../../model/read-json.ts';
import { OPERATION_ANNOTATION } from '../../../plan/body.ts';
import { LockLost } from '../../lock/lock.ts';
import type { Work } from '../../work.ts';
import { Patience } from './patience.ts';

/**
 * `absent`: the Node is gone by our DELETE; `moved`: it is still there, in another state; `vanished`: it was gone
 * already.
 */
export type DeletionOutcome = 'absent' | 'moved' | 'vanished';

/** Why it was not known at first what became of a DELETE. */
export type Stumble = ApiError | WireError;

/**
 * Deletes exactly the state that the record's body was made from. Returns the error of a DELETE that got no answer, or a 5xx,
 * once it is settled that the Node is there all the same: it is `moved` by that, and by nobody else. Throws ApiError when the
 * server refuses, WireError when it could not be reached before anything was sent: then the Node is untouched. From here on
 * until it is back nobody may leave.
 */
export async function deleteNode(record: OperationRecord, work: Work): Promise<DeletionOutcome | Stumble> {
  work.leaving.shut();
  const outcome = await sendDeletion(record, work);
  if (outcome !== 'absent') work.leaving.open();
  return outcome;
}

async function sendDeletion(record: OperationRecord, work: Work): Promise<DeletionOutcome | Stumble> {
  try {
    const answer = await work.wire.request(deletion(record.node, record.uid, record.resourceVersion));
    if (answer.status < 300) return 'absent';
    if (answer.status === 404) return 'vanished';
    if (answer.status === 409) return 'moved';
    const error = apiError(answer);
    if (answer.status === 429) {
      await work.clock.sleep(Math.min(error.retryAfterMs ?? work.waits.retryMost, 10 * work.waits.retryMost));
      return 'moved';
    }
    if (answer.status < 500) throw error;
    return settleLost(record, work, error);
  } catch (error) {
    if (error instanceof WireError && error.fate === 'unknown') return settleLost(record, work, error);
    throw error;
  }
}

async function settleLost(record: OperationRecord, work: Work, cause: Stumble): Promise<'absent' | Stumble> {
  work.tell(`Warning: it is not known whether node ${record.node} was deleted (${cause.message}); finding out`);
  return (await settleDeletion(record, work)) === 'absent' ? 'absent' : cause;
}

/**
 * Settles a DELETE of unknown fate by a write, never by a read: a read may come before the lost DELETE arrives. Our annotation
 * moves the resourceVersion, so a DELETE that arrives later is refused by its precondition. Throws LockLost, Failure (exit 3).
 */
export async function settleDeletion(
  record: OperationRecord,
  work: Work,
): Promise<Exclude<DeletionOutcome, 'vanished'>> {
  const patience = new Patience(record, work);
  const patch = { metadata: { uid: record.uid, annotations: { [OPERATION_ANNOTATION]: record.operation } } };
  work.leaving.shut();
  for (;;) {
    try {
      await patchNode(work.wire, record.node, patch);
      work.leaving.open();
      return 'moved';
    } catch (error) {
      // 404: our DELETE has won. 422, 409: it has, and another Node of this name is there already (a uid cannot be patched), or
      // many write at once.
      const refused = error instanceof ApiError ? error.status : 0;
      if (refused === 404) return 'absent';
      if ((refused === 409 || refused === 422) && (await isReplaced(record, work))) return 'absent';
      // Whoever has the lock now has touched the Node, so a read tells; and a Node that is absent comes back all the same.
      if (error instanceof LockLost) {
        if (!(await isAbsent(record, work))) throw error;
        return 'absent';
      }
      await patience.wait(error);
    }
  }
}

/** False when it cannot be told. */
async function isAbsent(record: OperationRecord, { wire }: Work): Promise<boolean> {
  return getNode(wire, record.node).then(
    () => false,
    (error: unknown) => error instanceof ApiError && error.status === 404,
  );
}

/** True when a Node with another uid is there: the old one is gone for good. False when it is not, or cannot be told. */
async function isReplaced(record: OperationRecord, { wire }: Work): Promise<boolean> {
  try {
    return asObject((await getNode(wire, record.node)).metadata).uid !== record.uid;
  } catch {
    return false;
  }
}
