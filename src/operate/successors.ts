import { listControllerManagers } from '../kube/objects/controller-managers.ts';
import { readLeaderLease } from '../kube/objects/leader-lease.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import { GONE_AFTER } from '../model/cluster-facts.ts';
import { isOn, readReplica } from '../plan/allocator/replica.ts';
import { isAbandoned, type LeaseTools } from './allocator/abandoned.ts';
import { persist } from './persist.ts';
import type { Work } from './work.ts';

/**
 * Why pods that are deleted would not be created again for now: the controllers that do it are kube-controller-manager's, and its
 * leader is gone. Undefined: it works, or whether it does cannot be told (no lease, no right to read it, no election).
 * Throws WireError, and ApiError but 403.
 */
export async function whyNoSuccessors(tools: LeaseTools): Promise<string | undefined> {
  try {
    const lease = await readLeaderLease(tools.wire);
    if (lease?.date === undefined || !(await isAbandoned(lease, tools, GONE_AFTER))) return undefined;
    const replicas = (await listControllerManagers(tools.wire, 'quorum')).map(readReplica);
    // A lease of former times: this one runs without.
    if (replicas.some((one) => !isOn(one, 'leader-elect', true) && one.life !== undefined)) return undefined;
    const age = Math.floor((lease.date - lease.renewed) / 1000);
    return `kube-controller-manager has not renewed its lease for ${age} s`;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

/** The same once kube-controller-manager was given `waits.leaderHeld` to come back: the move itself may be what it needed. */
export async function awaitSuccessors(work: Work): Promise<string | undefined> {
  const { clock, waits, stopping } = work;
  const end = clock.monotonic() + waits.leaderHeld;
  for (let look = 1; ; look += 1) {
    const why = await persist(work, () => whyNoSuccessors(work));
    if (why === undefined || stopping() || clock.monotonic() >= end) return why;
    if (look === 1) work.tell(`Waiting for kube-controller-manager, which has pods created again: ${why}`);
  }
}
