import { FIELD_MANAGER } from '../../kube/objects/node.ts';
import type { Cordon, OperationRecord } from '../../model/operation.ts';
import { asObject } from '../../model/read-json.ts';
import { OPERATION_ANNOTATION } from '../../plan/body.ts';
import { staysCordoned, uncordonByHand } from '../../plan/care/held-cordon.ts';
import { keepingUnschedulable, uncordonedManagers, uncordoning } from '../../plan/cordon.ts';
import { leave } from '../care/step.ts';
import { editNode } from '../edit-node.ts';
import { reached, type StepDefinition } from '../work.ts';
import { withdrawAnnouncements } from './announce.ts';
import { LEFT, restoreManagers } from './cordon.ts';
import { postedNode } from './posted-node.ts';

/**
 * Takes our annotation off, makes the Node as schedulable as it was and puts managedFields back as they were: after a POST its
 * sender owns every field, and server-side appliers would meet conflicts (managedfields: direct writes of
 * metadata.managedFields are accepted). It stays cordoned where pods must not come yet.
 */
export const finishStep: StepDefinition = {
  name: 'finished',
  isDone: (record) => reached(record, 'finished'),
  async run(record, work) {
    await withdrawAnnouncements(record, work);
    const read = () => postedNode(record, work);
    const cordoned = record.cordon ?? (record.leftCordoned ? LEFT : undefined);
    const isHeld = staysCordoned({ ...record, ...(cordoned ? { cordon: cordoned } : {}) });
    const cordon = isHeld && cordoned ? keepingUnschedulable(cordoned) : cordoned;
    const managers = formerManagers(record, cordon);
    let uncordoned = false;
    await editNode(work, read, (node) => {
      const { annotations, spec } = uncordoning(node, cordon);
      uncordoned = 'unschedulable' in spec;
      return { metadata: { annotations: { ...annotations, [OPERATION_ANNOTATION]: null }, ...managers }, spec };
    });
    await restoreManagers(cordon, read, work);
    if (isHeld) work.tell(`node/${record.node} stays cordoned until its CNI works with ${record.to.join(',')}`);
    if (uncordoned) work.tell(`node/${record.node} uncordoned`);
    return isHeld ? leave(record, [uncordonByHand(record.node)]) : record;
  },
};

function formerManagers({ raw }: OperationRecord, cordon: Cordon | undefined) {
  const { managedFields } = asObject(raw.metadata);
  if (managedFields === undefined) return {};
  return { managedFields: cordon ? uncordonedManagers(managedFields, cordon, FIELD_MANAGER) : managedFields };
}
