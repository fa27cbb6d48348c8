import { getNode, patchNode } from '../../kube/objects/node.ts';
import { Failure } from '../../model/failure.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asList, asObject } from '../../model/read-json.ts';
import { areOfPools, freeSubnets, isFree } from '../../plan/retarget.ts';
import { podCIDRsOf } from '../../subnet/pod-cidrs.ts';
import { coolDown } from '../cooldown.ts';
import { mayTryAgain, pauseAfter, persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';
import { announceStep } from './announce.ts';
import { detachStep } from './detach.ts';
import { postedNode } from './posted-node.ts';
import { swapStep } from './swap.ts';

/** Another node may take each free subnet at the same moment. */
const MOST_SWAPS = 3;

/**
 * Waits until kube-controller-manager has given the Node a subnet. When it does not in time, the Node gets its former one back,
 * or a free one where another node holds that or it was wrong: an empty field may still be set. What it gives may be in use
 * (its bitmap counts no holders, kubernetes#127792): then the Node is swapped once more, with a free one of our choice.
 */
export const allocateStep: StepDefinition = {
  name: 'allocated',
  isDone: (record) => reached(record, 'allocated'),
  async run(record, work) {
    let latest = record;
    for (let swaps = 0; ; swaps += 1) {
      latest = (await allocated(latest, work)) ?? (await fill(latest, work));
      const { node, to } = latest;
      const nodes = await work.watch.subnets();
      if (isFree(node, to, nodes)) return afterSwaps(latest);
      const free = swaps < MOST_SWAPS ? freeSubnets(node, work.ground, nodes, work.reserved) : undefined;
      if (!free) {
        work.tell(`Warning: node/${node} was given ${to.join(',')}, which another node holds; no other is free`);
        return afterSwaps(latest);
      }
      work.tell(`node/${node} was given ${to.join(',')}, which another node holds; it gets ${free.join(',')}`);
      latest = await swapAgain(latest, free, work);
    }
  },
};

/** Undefined when it did not come in time. */
async function allocated(record: OperationRecord, work: Work): Promise<OperationRecord | undefined> {
  const { clock, waits, stopping } = work;
  const end = clock.monotonic() + waits.allocation;
  for (;;) {
    const given = podCIDRsOf(await postedNode(record, work));
    if (given.length > 0) return { ...record, to: given };
    if (clock.monotonic() >= end || stopping()) return undefined;
    await clock.sleep(Math.min(waits.poll, waits.allocation));
  }
}

async function fill(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const { node, newUID } = record;
  const former = record.firstSwap?.from ?? record.from;
  for (let attempt = 1; ; attempt += 1) {
    const present = podCIDRsOf(await postedNode(record, work));
    if (present.length > 0) return { ...record, to: present };
    const nodes = await work.watch.subnets();
    // What is wrong in itself must not come back: kube-controller-manager does not start with a subnet that is not its own.
    const keeps = isFree(node, former, nodes) && areOfPools(former, work.ground);
    const to = keeps ? former : freeSubnets(node, work.ground, nodes, work.reserved);
    if (!to) throw new Failure(`node ${node} was given no subnet, and none is free`, { hint: roomHint(record) });
    work.tell(`Warning: kube-controller-manager gave node/${node} no subnet in time; it gets ${to.join(',')}`);
    // Stored before it is done: whoever goes on must know that the allocator was not asked.
    const filled = await persist(work, () => work.journal.save({ ...record, filled: true }, record.step));
    try {
      await patchNode(work.wire, node, {
        metadata: { uid: newUID ?? null },
        spec: { podCIDR: to[0] ?? null, podCIDRs: to },
      });
      return { ...filled, to };
    } catch (error) {
      // 422: it was given one at the same moment; the next look tells.
      if (attempt === 20 || !(mayTryAgain(error) || isInvalid(error))) throw error;
      await pauseAfter(error, work);
    }
  }
}

function roomHint({ operation }: OperationRecord): string {
  return `the Node is there; remove nodes that are gone or widen the cluster CIDR, then: kubectl podcidr resume ${operation}`;
}

function isInvalid(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 422;
}

/**
 * The Node as it is now, with what it was given, is moved like any other; what it was before is kept beside. Throws Failure when
 * the operator wanted to stop before the Node may be deleted again.
 */
async function swapAgain(record: OperationRecord, to: string[], work: Work): Promise<OperationRecord> {
  const { node, absence, filled: _filled, ...rest } = record;
  if (!(await coolDown(node, absence, work.choices.cooldown, work))) {
    throw new Failure(`it holds ${record.to.join(',')} beside another node, and it is too early to delete it again`);
  }
  const raw = await persist(work, () => getNode(work.wire, node));
  const next: OperationRecord = {
    ...rest,
    node,
    uid: String(asObject(raw.metadata).uid),
    raw,
    from: record.to,
    to,
    attempt: record.attempt + 1,
    firstSwap: record.firstSwap ?? {
      from: record.from,
      managedFields: asList(asObject(record.raw.metadata).managedFields),
    },
    // Cordoned and drained it is already.
    step: 'drained',
  };
  const detached = await detachStep.run(next, work);
  const swapped = await swapStep.run({ ...detached, step: 'detached' }, work);
  // Whoever holds what was given lost its bit and its routes with that.
  return announceStep.run({ ...swapped, step: 'posted' }, work);
}

/** One move in the end, however many swaps it took: from what the Node had before the first. */
function afterSwaps(record: OperationRecord): OperationRecord {
  const { firstSwap, ...rest } = record;
  if (!firstSwap) return record;
  const { from, managedFields } = firstSwap;
  return { ...rest, from, raw: { ...record.raw, metadata: { ...asObject(record.raw.metadata), managedFields } } };
}
