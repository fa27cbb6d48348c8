import { deletion } from '../../../kube/objects/node.ts';
import { detach, listOwned } from '../../../kube/owned.ts';
import { WireError } from '../../../kube/wire/wire-error.ts';
import type { RawObject } from '../../../model/json.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asObject } from '../../../model/read-json.ts';
import type { Work } from '../../work.ts';

/**
 * A kubelet that restarts while its Node is absent registers a bare one (kubelet_node_status.go:tryRegisterWithAPIServer):
 * no labels, no taints, and soon a subnet of the allocator's choice, which cannot be patched. It gets a journal entry of its
 * own, what it owns already is detached and added to the record, and it is deleted so that our Node can be posted.
 */
export async function displaceIntruder(node: RawObject, record: OperationRecord, work: Work): Promise<void> {
  const { uid, resourceVersion } = asObject(node.metadata);
  if (typeof uid !== 'string' || typeof resourceVersion !== 'string' || uid === record.uid) return;
  work.tell(`node/${record.node}: its kubelet registered a bare Node meanwhile; putting ours in its place`);
  const { dependents } = await listOwned(work.wire, work.discovery, uid);
  const known = new Set(record.dependents.map((dependent) => dependent.path));
  record.dependents.push(...dependents.filter(({ path }) => !known.has(path)));
  await work.journal.save({ ...record, uid, resourceVersion }, 'swapping');
  for (const dependent of dependents) await detach(work.wire, dependent);
  try {
    // Whatever becomes of it, the next POST shows: 201, or AlreadyExists again.
    await work.wire.request({ ...deletion(record.node, uid, resourceVersion), timeoutMs: work.waits.answer });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}
