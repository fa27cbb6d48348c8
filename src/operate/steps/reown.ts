import { asObject } from '../../model/read-json.ts';
import { reached, type StepDefinition } from '../work.ts';
import { adoptAll } from './detach.ts';
import { postedNode } from './posted-node.ts';

/** Gives everything that the Node owned its new uid as owner. */
export const reownStep: StepDefinition = {
  name: 'reowned',
  stored: false,
  isDone: (record) => reached(record, 'reowned'),
  async run(record, work) {
    const node = await postedNode(record, work);
    await adoptAll(record, work, String(asObject(node.metadata).uid));
    return record;
  },
};
