import { getNode, patchNode } from '../../kube/objects/node.ts';
import { leaseRenewal } from '../../kube/objects/node-lease.ts';
import type { Json, RawObject } from '../../model/json.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asList, asObject } from '../../model/read-json.ts';
import { isNotReadyTaint } from '../../plan/not-ready-taint.ts';
import { mayTryAgain, pauseAfter, persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';

/** Writers of a busy Node come every few seconds; whoever wins this often writes without end. */
const MOST_TRIES = 20;

/**
 * Waits until the Node is what it was: the not-ready taint of admission gone, Ready if it was Ready. What does not come in time
 * is said, and the move goes on. The next heartbeat of its kubelet is waited for once all nodes have moved.
 */
export const settleStep: StepDefinition = {
  name: 'settled',
  stored: false,
  isDone: (record) => reached(record, 'settled'),
  async run(record, work) {
    const isReady = (node: RawObject) => readyStatus(node) === 'True';
    const seen = await clearTaint(record, work);
    if (!isReady(record.raw)) return record;
    const read = () => persist(work, () => getNode(work.wire, record.node));
    const what = `node/${record.node} is back; waiting until it is Ready`;
    const ready = isReady(seen) || (await waitFor(what, work, async () => isReady(await read())));
    if (!ready)
      work.tell(`Warning: node ${record.node} is not Ready yet; kubectl get node ${record.node} shows when it is`);
    const renewed = await persist(work, () => leaseRenewal(work.wire, record.node));
    if (renewed !== undefined) work.heartbeats.set(record.node, renewed);
    return record;
  },
};

/**
 * Admission puts not-ready:NoSchedule on every new Node; kube-controller-manager takes it off a Ready one, but does not repeat
 * a pass that failed (node_lifecycle_controller.go:doNodeProcessingPassWorker). So it is taken off here if it stays. Returns
 * the Node as it was seen last.
 */
async function clearTaint(record: OperationRecord, work: Work): Promise<RawObject> {
  const end = work.clock.monotonic() + work.waits.notReadyTaint;
  let tries = 1;
  for (;;) {
    const node = await persist(work, () => getNode(work.wire, record.node));
    const taints = asList(asObject(node.spec).taints);
    const others = taints.filter((taint) => !isNotReadyTaint(taint));
    if (others.length === taints.length || readyStatus(node) !== 'True') return node;
    if (work.clock.monotonic() < end && !work.stopping()) {
      await work.clock.sleep(work.waits.poll);
      continue;
    }
    const { uid, resourceVersion } = asObject(node.metadata);
    try {
      return await patchNode(work.wire, record.node, {
        metadata: { uid: uid ?? null, resourceVersion: resourceVersion ?? null },
        spec: { taints: others },
      });
    } catch (error) {
      if (!mayTryAgain(error) || tries === MOST_TRIES) throw error;
      tries += 1;
      await pauseAfter(error, work);
    }
  }
}

/** Looks until it is so, at most `waits.nodeReady`; false when it did not come, or the operator wants to stop. */
async function waitFor(what: string, work: Work, isSo: () => Promise<boolean>): Promise<boolean> {
  const end = work.clock.monotonic() + work.waits.nodeReady;
  for (let first = true; !(await isSo()); first = false) {
    if (first) work.tell(`${what}, at most ${Math.ceil(work.waits.nodeReady / 1000)} s`);
    if (work.clock.monotonic() >= end || work.stopping()) return false;
    await work.clock.sleep(work.waits.poll);
  }
  return true;
}

function readyStatus(node: RawObject): Json | undefined {
  const conditions = asList(asObject(node.status).conditions).map(asObject);
  return conditions.find(({ type }) => type === 'Ready')?.status;
}
