import { FIELD_MANAGER, getNode } from '../../kube/objects/node.ts';
import type { RawObject } from '../../model/json.ts';
import type { Cordon, OperationRecord } from '../../model/operation.ts';
import { asObject } from '../../model/read-json.ts';
import { cordonOf, cordonPatch, uncordonedManagers, uncordoning } from '../../plan/cordon.ts';
import { editNode } from '../edit-node.ts';
import { persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';
import { checkUnchanged } from './swap/guard.ts';

/**
 * Keeps the scheduler from giving the node new pods, and the cluster autoscaler from taking it away once it is empty: one
 * write, because each goes to every agent of the cluster. What was there before is stored first. The Node is created again as
 * cordoned as it was deleted; the last step puts everything back.
 */
export const cordonStep: StepDefinition = {
  name: 'cordoned',
  stored: false,
  isDone: (record) => reached(record, 'cordoned'),
  isLeftOut: ({ drain }) => drain === undefined,
  async run(record, work) {
    const read = () => getNode(work.wire, record.node);
    const node = await persist(work, read);
    checkUnchanged(node, record);
    // An earlier run may have cordoned it already: then the Node no longer shows what was there before.
    const stored = record.cordon ? record : await storeFormer(record, node, work);
    await editNode(work, read, (current) => {
      checkUnchanged(current, record);
      return cordonPatch(current);
    });
    work.tell(`node/${record.node} ${stored.cordon?.unschedulable === false ? 'cordoned' : 'already cordoned'}`);
    return stored;
  },
  async undo(record, work) {
    const { cordon } = record;
    if (!cordon) return;
    const read = () => getNode(work.wire, record.node);
    const isOurs = (node: RawObject) => asObject(node.metadata).uid === record.uid;
    const edited = await editNode(work, read, (node) => {
      const { annotations, spec, nothing } = uncordoning(node, cordon);
      return nothing || !isOurs(node) ? undefined : { metadata: { annotations }, spec };
    });
    if (!isOurs(edited)) return;
    await restoreManagers(cordon, read, work);
    if (cordon.unschedulable === false) work.tell(`node/${record.node} uncordoned`);
  },
};

/** Who takes an operation back makes the Node as schedulable as it was before that. */
export const LEFT: Cordon = { unschedulable: false };

function storeFormer(record: OperationRecord, node: RawObject, work: Work): Promise<OperationRecord> {
  const cordon = { ...cordonOf(node), ...(record.leftCordoned ? LEFT : {}) };
  return persist(work, () => work.journal.save({ ...record, cordon }, 'planned'));
}

/**
 * Who writes a former value owns it from then on (managedfields: Update): a write of managedFields alone gives it back. Where
 * nobody had owned it our ownership went with the fields, but for taints that others have put beside the cordon's own: these
 * were written too. No write where nothing of it is ours.
 */
export async function restoreManagers(
  cordon: Cordon | undefined,
  read: () => Promise<RawObject>,
  work: Work,
): Promise<void> {
  if (!cordon) return;
  await editNode(work, read, (node) => {
    const { managedFields } = asObject(node.metadata);
    if (managedFields === undefined) return undefined;
    const former = uncordonedManagers(managedFields, cordon, FIELD_MANAGER);
    return JSON.stringify(former) === JSON.stringify(managedFields)
      ? undefined
      : { metadata: { managedFields: former } };
  });
}
