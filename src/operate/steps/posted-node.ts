import { getNode } from '../../kube/objects/node.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import { EXIT, Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asObject } from '../../model/read-json.ts';
import { persist } from '../persist.ts';
import type { Work } from '../work.ts';

/**
 * The Node that this move has posted, by quorum. Throws Failure (exit 3) when it was deleted since, or deleted and created again
 * by somebody else: then what is left of the move is not ours to do; ApiError, WireError.
 */
export async function postedNode(record: OperationRecord, work: Work): Promise<RawObject> {
  try {
    const node = await persist(work, () => getNode(work.wire, record.node));
    const { uid } = asObject(node.metadata);
    if (record.newUID === undefined || uid === record.newUID) return node;
    throw gone(record, 'was deleted and created again by somebody else');
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) throw gone(record, 'was deleted by somebody else');
    throw error;
  }
}

function gone({ node, operation }: OperationRecord, what: string): Failure {
  return new Failure(`node ${node} ${what} after it was moved`, {
    hint: `if that is as it should be, forget the operation: kubectl podcidr operations prune ${operation}`,
    exitCode: EXIT.unfinished,
  });
}
