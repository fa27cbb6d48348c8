import { ApiError } from '../../kube/wire/api-error.ts';
import { WireError } from '../../kube/wire/wire-error.ts';
import type { Care } from '../../model/care.ts';
import { Failure } from '../../model/failure.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';
import type { OperationRecord, Step } from '../../model/operation.ts';
import { Left } from '../leaving.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';

/**
 * A step of after-care: the Node has its new subnet, and nothing that fails here takes that back or ends the move. What could not
 * be done is in the record's `care`, for the operator. A node that keeps its subnets needs none.
 */
export function careStep(
  name: Step,
  deed: (record: OperationRecord, work: Work) => Promise<OperationRecord>,
): StepDefinition {
  return {
    name,
    // What must not be forgotten the deed stores itself.
    stored: false,
    isDone: (record) => reached(record, name),
    isLeftOut: ({ afterCare }) => afterCare !== 'auto',
    run: async (record, work) => (record.to.join(',') === record.from.join(',') ? record : deed(record, work)),
  };
}

/** The record with more of its care. */
export function withCare(record: OperationRecord, more: Partial<Care>): OperationRecord {
  return { ...record, care: { ...(record.care ?? { agents: [], left: [] }), ...more } };
}

/** The record with more that is left to the operator; `blocked`: nothing further can be done before. */
export function leave(record: OperationRecord, left: LeftToDo[], blocked = false): OperationRecord {
  return withCare(record, { left: [...(record.care?.left ?? []), ...left], ...(blocked ? { blocked } : {}) });
}

/**
 * Stores the record at its step, so that whoever goes on knows what was begun. What cannot be stored is told: then it may be done
 * twice, which does no harm. Throws Left and LockLost.
 */
export async function remember(record: OperationRecord, work: Work): Promise<OperationRecord> {
  try {
    return await work.journal.save(record, record.step);
  } catch (error) {
    const why = reasonOf(error, work);
    work.tell(`Warning: the journal of node ${record.node} could not be written: ${why}`);
    return record;
  }
}

/**
 * Why something on the node could not be done, in one line. Throws what ends the work itself: the operator has left, the lock is
 * somebody else's, a fault of ours.
 */
export function reasonOf(error: unknown, { lock }: Pick<Work, 'lock'>): string {
  const expected = error instanceof ApiError || error instanceof WireError || error instanceof Failure;
  if (!expected || error instanceof Left || lock.lost) throw error;
  return error.message;
}
