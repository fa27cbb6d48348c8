import { getNode, patchNode } from '../../kube/objects/node.ts';
import { Failure } from '../../model/failure.ts';
import { asObject } from '../../model/read-json.ts';
import { retarget } from '../../plan/retarget.ts';
import { podCIDRsOf } from '../../subnet/pod-cidrs.ts';
import { mayTryAgain, pauseAfter, persist } from '../persist.ts';
import { reached, type StepDefinition } from '../work.ts';

/**
 * Gives a Node without a subnet one by a PATCH: podCIDR may go from "" to a value once (validation.go:ValidateNodeUpdate), so
 * nothing needs to be deleted.
 */
export const fillStep: StepDefinition = {
  name: 'posted',
  isDone: (record) => reached(record, 'posted'),
  async run(record, work) {
    let to = record.to;
    for (let attempt = 1; ; attempt += 1) {
      const node = await persist(work, () => getNode(work.wire, record.node));
      const { uid, resourceVersion } = asObject(node.metadata);
      const present = podCIDRsOf(node);
      if (uid !== record.uid) throw changed(record.node, 'it was deleted and created again');
      // Ours, when the answer to an earlier PATCH was lost, or an earlier run was interrupted.
      if (work.journal.has(record) && present.join(',') === to.join(',')) return { ...record, to };
      if (present.length > 0) throw changed(record.node, `it has ${present.join(',')} now`);
      const next = retarget({ ...record, reserved: work.reserved }, work.ground, await work.watch.subnets());
      if (!next || (record.wished && next.join(',') !== record.to.join(','))) {
        throw new Failure(`${record.to.join(',')} was taken by another node meanwhile`);
      }
      to = next;
      const stored = await work.journal.save({ ...record, to, raw: node }, 'planned');
      try {
        await patchNode(work.wire, record.node, {
          metadata: { uid: record.uid, resourceVersion: resourceVersion ?? null },
          spec: { podCIDR: to[0] ?? null, podCIDRs: to },
        });
        return stored;
      } catch (error) {
        if (!mayTryAgain(error) || attempt === 20) throw error;
        await pauseAfter(error, work);
      }
    }
  },
};

function changed(node: string, what: string): Failure {
  return new Failure(`node ${node} changed since the plan was made: ${what}`, { hint: 'make a new plan' });
}
