import { getNode, patchNode } from '../../kube/objects/node.ts';
import { Failure } from '../../model/failure.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asObject } from '../../model/read-json.ts';
import { freeSubnets, isFree } from '../../plan/retarget.ts';
import { podCIDRsOf } from '../../subnet/pod-cidrs.ts';
import { mayTryAgain, persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';
import { announceStep } from './announce.ts';
import { detachStep } from './detach.ts';
import { postedNode } from './posted-node.ts';
import { swapStep } from './swap.ts';

/**
 * Waits until kube-controller-manager has given the Node a subnet. When it does not in time, the Node gets its former one back,
 * or a free one where another node holds that: an empty field may still be set. What it gives may be in use (its bitmap counts
 * no holders, kubernetes#127792): then the Node is swapped once more, with a free one of our choice.
 */
export const allocateStep: StepDefinition = {
  name: 'allocated',
  isDone: (record) => reached(record, 'allocated'),
  async run(first, work) {
    const allotted = await allocated(first, work);
    const given = allotted ?? (await fill(first, work));
    const record = allotted ? first : { ...first, filled: true };
    if (isFree(record.node, given, await work.watch.subnets())) return { ...record, to: given };
    const free = freeSubnets(record.node, work.ground, await work.watch.subnets(), work.reserved);
    if (!free) {
      work.tell(
        `Warning: node/${record.node} was given ${given.join(',')}, which another node holds; no other is free`,
      );
      return { ...record, to: given };
    }
    work.tell(`node/${record.node} was given ${given.join(',')}, which another node holds; it gets ${free.join(',')}`);
    return swapAgain(record, given, free, work);
  },
};

/** Undefined when it did not come in time. */
async function allocated(record: OperationRecord, work: Work): Promise<string[] | undefined> {
  const { clock, waits, stopping } = work;
  const end = clock.monotonic() + waits.allocation;
  for (;;) {
    const given = podCIDRsOf(await postedNode(record, work));
    if (given.length > 0) return given;
    if (clock.monotonic() >= end || stopping()) return undefined;
    await clock.sleep(Math.min(waits.poll, waits.allocation));
  }
}

async function fill(record: OperationRecord, work: Work): Promise<string[]> {
  const { node, from, newUID } = record;
  for (let attempt = 1; ; attempt += 1) {
    const present = podCIDRsOf(await postedNode(record, work));
    if (present.length > 0) return present;
    const nodes = await work.watch.subnets();
    const to = isFree(node, from, nodes) ? from : freeSubnets(node, work.ground, nodes, work.reserved);
    if (!to) throw new Failure(`node ${node} was given no subnet, and none is free`);
    work.tell(`Warning: kube-controller-manager gave node/${node} no subnet in time; it gets ${to.join(',')}`);
    try {
      await patchNode(work.wire, node, {
        metadata: { uid: newUID ?? null },
        spec: { podCIDR: to[0] ?? null, podCIDRs: to },
      });
      return to;
    } catch (error) {
      // 422: it was given one at the same moment; the next look tells.
      if (attempt === 20 || !(mayTryAgain(error) || isInvalid(error))) throw error;
      await work.clock.sleep(work.waits.poll);
    }
  }
}

function isInvalid(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 422;
}

async function swapAgain(record: OperationRecord, given: string[], to: string[], work: Work): Promise<OperationRecord> {
  const raw = await persist(work, () => getNode(work.wire, record.node));
  const uid = String(asObject(raw.metadata).uid);
  const next: OperationRecord = {
    ...record,
    method: 'recreate',
    uid,
    raw,
    from: given,
    to,
    attempt: record.attempt + 1,
  };
  const detached = await detachStep.run({ ...next, step: 'planned' }, work);
  const swapped = await swapStep.run({ ...detached, step: 'detached' }, work);
  // Whoever holds what was given lost its bit and its routes with that.
  return announceStep.run({ ...swapped, step: 'posted' }, work);
}
