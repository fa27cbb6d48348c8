import { leaseRenewal } from '../kube/objects/node-lease.ts';
import { sideBySide } from '../kube/side-by-side.ts';
import { count } from '../model/text.ts';
import { persist } from './persist.ts';
import type { Work } from './work.ts';

/**
 * Waits until the kubelet of each moved node has renewed its Lease, at most `waits.nodeReady` for all of them: a kubelet renews
 * every 10 s, so waiting node by node would take that long for each. Those that did not are told, nothing more.
 */
export async function awaitHeartbeats(work: Work): Promise<void> {
  const { heartbeats, clock, waits, stopping, progress, tell } = work;
  if (heartbeats.size > 0) progress({ kind: 'wait', wait: 'heartbeats' });
  const end = clock.monotonic() + waits.nodeReady;
  for (let first = true; ; first = false) {
    await sideBySide([...heartbeats], ([node, before]) => look(node, before, work));
    if (heartbeats.size === 0 || stopping() || clock.monotonic() >= end) break;
    const limit = Math.ceil(waits.nodeReady / 1000);
    if (first) tell(`Waiting for the next heartbeat of ${count(heartbeats.size, 'kubelet')}, at most ${limit} s`);
    await clock.sleep(waits.poll);
  }
  for (const node of heartbeats.keys()) {
    tell(`Warning: the Lease of node ${node} was not renewed yet: does its kubelet run?`);
  }
  heartbeats.clear();
}

async function look(node: string, before: string, work: Work): Promise<void> {
  const renewed = await persist(work, () => leaseRenewal(work.wire, node)).catch(() => before);
  if (renewed !== before) work.heartbeats.delete(node);
}
