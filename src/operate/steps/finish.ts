import { FIELD_MANAGER } from '../../kube/objects/node.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asObject } from '../../model/read-json.ts';
import { OPERATION_ANNOTATION } from '../../plan/body.ts';
import { uncordonedManagers, uncordoning } from '../../plan/cordon.ts';
import { editNode } from '../edit-node.ts';
import { reached, type StepDefinition } from '../work.ts';
import { withdrawAnnouncements } from './announce.ts';
import { restoreManagers } from './cordon.ts';
import { postedNode } from './posted-node.ts';

/**
 * Takes our annotation off, makes the Node as schedulable as it was and puts managedFields back as they were: after a POST its
 * sender owns every field, and server-side appliers would meet conflicts (managedfields: direct writes of
 * metadata.managedFields are accepted).
 */
export const finishStep: StepDefinition = {
  name: 'finished',
  isDone: (record) => reached(record, 'finished'),
  async run(record, work) {
    await withdrawAnnouncements(record, work);
    const read = () => postedNode(record, work);
    const managers = formerManagers(record);
    let uncordoned = false;
    await editNode(work, read, (node) => {
      const { annotations, spec } = uncordoning(node, record.cordon);
      uncordoned = 'unschedulable' in spec;
      return { metadata: { annotations: { ...annotations, [OPERATION_ANNOTATION]: null }, ...managers }, spec };
    });
    await restoreManagers(record.cordon, read, work);
    if (uncordoned) work.tell(`node/${record.node} uncordoned`);
    return record;
  },
};

function formerManagers({ raw, cordon }: OperationRecord) {
  const { managedFields } = asObject(raw.metadata);
  if (managedFields === undefined) return {};
  return { managedFields: cordon ? uncordonedManagers(managedFields, cordon, FIELD_MANAGER) : managedFields };
}
