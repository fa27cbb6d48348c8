import { patchNode } from '../../kube/objects/node.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asObject } from '../../model/read-json.ts';
import { OPERATION_ANNOTATION } from '../../plan/body.ts';
import { mayTryAgain } from '../persist.ts';
import { reached, type StepDefinition } from '../work.ts';
import { withdrawAnnouncements } from './announce.ts';
import { postedNode } from './posted-node.ts';

/**
 * Takes our annotation off and puts managedFields back as they were: after a POST its sender owns every field, and server-side
 * appliers would meet conflicts (managedfields: direct writes of metadata.managedFields are accepted).
 */
export const finishStep: StepDefinition = {
  name: 'finished',
  isDone: (record) => reached(record, 'finished'),
  async run(record, work) {
    await withdrawAnnouncements(record, work);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const node = await postedNode(record, work);
        const { uid, resourceVersion } = asObject(node.metadata);
        await patchNode(work.wire, record.node, {
          metadata: {
            uid: uid ?? null,
            resourceVersion: resourceVersion ?? null,
            annotations: { [OPERATION_ANNOTATION]: null },
            ...formerManagers(record),
          },
        });
        return record;
      } catch (error) {
        // A heartbeat came in between, or the answer was lost: the look before the next try tells.
        if (!mayTryAgain(error) || attempt === 20) throw error;
        await work.clock.sleep(work.waits.poll);
      }
    }
  },
};

function formerManagers({ raw }: OperationRecord) {
  const { managedFields } = asObject(raw.metadata);
  return managedFields === undefined ? {} : { managedFields };
}
