import { getNode } from '../../kube/objects/node.ts';
import { asObject } from '../../model/read-json.ts';
import { persist } from '../persist.ts';
import { reached, type StepDefinition } from '../work.ts';
import { adoptAll } from './detach.ts';

/** Gives everything that the Node owned its new uid as owner. */
export const reownStep: StepDefinition = {
  name: 'reowned',
  isDone: (record) => reached(record, 'reowned'),
  async run(record, work) {
    const node = await persist(work, () => getNode(work.wire, record.node));
    await adoptAll(record, work, String(asObject(node.metadata).uid));
    return record;
  },
};
