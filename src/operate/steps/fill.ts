import { getNode, patchNode } from '../../kube/objects/node.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import { Failure } from '../../model/failure.ts';
import { asList, asObject } from '../../model/read-json.ts';
import { retarget } from '../../plan/retarget.ts';
import { reached, type StepDefinition } from '../work.ts';

/**
 * Gives a Node without a subnet one by a PATCH: podCIDR may go from "" to a value once (validation.go:ValidateNodeUpdate), so
 * nothing needs to be deleted.
 */
export const fillStep: StepDefinition = {
  name: 'posted',
  isDone: (record) => reached(record, 'posted'),
  async run(record, work) {
    for (let attempt = 1; ; attempt += 1) {
      const node = await getNode(work.wire, record.node);
      const { uid, resourceVersion } = asObject(node.metadata);
      const present = asList(asObject(node.spec).podCIDRs);
      if (uid !== record.uid) throw changed(record.node, 'it was deleted and created again');
      if (present.length > 0) throw changed(record.node, `it has ${present.join(',')} now`);
      const to = retarget(record.node, record.to, work.ground, await work.watch.subnets());
      if (!to || (work.wished && to.join(',') !== record.to.join(','))) {
        throw new Failure(`${record.to.join(',')} was taken by another node meanwhile`);
      }
      const stored = await work.journal.save({ ...record, to, raw: node }, 'planned');
      try {
        await patchNode(work.wire, record.node, {
          metadata: { uid: record.uid, resourceVersion: resourceVersion ?? null },
          spec: { podCIDR: to[0] ?? null, podCIDRs: to },
        });
        return stored;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409 || attempt === 20) throw error;
      }
    }
  },
};

function changed(node: string, what: string): Failure {
  return new Failure(`node ${node} changed since the plan was made: ${what}`, { hint: 'make a new plan' });
}
