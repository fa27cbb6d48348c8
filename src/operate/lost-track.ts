import { findNode } from '../kube/objects/node.ts';
import { EXIT, Failure } from '../model/failure.ts';
import type { OperationRecord } from '../model/operation.ts';
import { asObject } from '../model/read-json.ts';
import { persist } from './persist.ts';
import type { Work } from './work.ts';

/**
 * Why a move that was begun, and whose DELETE was not sent, can be neither finished nor taken back: somebody else has deleted its
 * Node, or put another in its place. Undefined while it is there. Throws ApiError, WireError.
 */
export async function lostTrack(record: OperationRecord, work: Work): Promise<Failure | undefined> {
  const { node, uid, operation } = record;
  const there = await persist(work, () => findNode(work.wire, node));
  if (there && asObject(there.metadata).uid === uid) return undefined;
  const prune = `kubectl podcidr operations prune ${operation}`;
  return there
    ? new Failure(`node ${node} was deleted and created again by somebody else meanwhile`, {
        hint: `if it is as it should be, forget the operation: ${prune}`,
        exitCode: EXIT.unfinished,
      })
    : new Failure(`node ${node} was deleted by somebody else meanwhile`, {
        hint: `forget the operation, and if the Node should live, restore it from the file that this names: ${prune}`,
        exitCode: EXIT.unfinished,
      });
}
