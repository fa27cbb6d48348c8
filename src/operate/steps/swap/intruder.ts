import { deletion } from '../../../kube/objects/node.ts';
import { listOwned } from '../../../kube/owned.ts';
import { detach } from '../../../kube/owner-references.ts';
import { WireError } from '../../../kube/wire/wire-error.ts';
import { EXIT, Failure } from '../../../model/failure.ts';
import type { RawObject } from '../../../model/json.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asList, asObject } from '../../../model/read-json.ts';
import type { Work } from '../../work.ts';
import { joined } from '../detach.ts';

/**
 * A kubelet that restarts while its Node is absent registers a bare one (kubelet_node_status.go:tryRegisterWithAPIServer):
 * no labels, no taints, and soon a subnet of the allocator's choice, which cannot be patched. It gets a journal
 * entry of its own, what it owns already is detached and noted, and it is deleted so that our Node can be posted.
 * Throws Failure (exit 3) when it has a finalizer: then a DELETE would start the finalizer's owner.
 */
export async function displaceIntruder(node: RawObject, record: OperationRecord, work: Work): Promise<void> {
  const { uid, resourceVersion, finalizers } = asObject(node.metadata);
  if (typeof uid !== 'string' || typeof resourceVersion !== 'string') return;
  if (asList(finalizers).length > 0) throw held(record, asList(finalizers).join(', '), work);
  work.tell(`node/${record.node}: its kubelet registered a bare Node meanwhile; putting ours in its place`);
  const { dependents } = await listOwned(work.wire, work.discovery, uid);
  record.dependents = joined(record.dependents, dependents);
  // The body that brings the Node back is stored already: a journal that fails now must not stop that.
  const stored = async () => {
    await work.journal.saveBare({ ...record, uid, resourceVersion, raw: node, dependents });
    await work.journal.save(record, 'swapping');
  };
  await stored().catch((error: Error) => work.tell(`Warning: ${error.message}`));
  for (const dependent of dependents) await detach(work.wire, dependent);
  try {
    // Whatever becomes of it, the next POST shows: 201, or AlreadyExists again.
    await work.wire.request(deletion(record.node, uid, resourceVersion));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

function held(record: OperationRecord, finalizers: string, work: Work): Failure {
  return new Failure(`another Node ${record.node} was registered meanwhile, with the finalizer ${finalizers}`, {
    hint: `once it is gone, bring the Node back with: ${work.journal.recovery(record)}`,
    exitCode: EXIT.unfinished,
  });
}
