import type { OperationManifest, OperationRecord } from '../../model/operation.ts';
import type { Session } from '../session.ts';
import { repairAllocatorLease } from './repair.ts';
import { settleAllocator } from './settle.ts';

/** Before an operation begins: what an earlier one has left on kube-controller-manager's lease is put right. */
export async function repairAllocator({ choices }: OperationManifest, session: Session): Promise<void> {
  for (const line of await repairAllocatorLease(session.work(choices, []))) session.tools.tell(line);
}

/** After all moves of an operation. False when the operator stopped it: then a later run goes on. */
export async function settleAllocatorOf(
  { choices }: OperationManifest,
  records: OperationRecord[],
  session: Session,
): Promise<boolean> {
  const mode = choices.allocatorRestart;
  session.tools.progress({ kind: 'wait', wait: 'allocator' });
  const { state, lines } = await settleAllocator(session.work(choices, []), { mode, records });
  for (const line of lines) session.tools.tell(line);
  return state !== 'stopped';
}
