import { type LeaderLease, readLeaderLease } from '../../kube/objects/leader-lease.ts';
import type { AllocatorTools } from './restart.ts';

/** A leader renews its lease every 2 s (options.go: RetryPeriod); some to spare. */
const RENEWALS = 5_000;

/** What looks at kube-controller-manager's lease. */
export type LeaseTools = Omit<AllocatorTools, 'tell'>;

/**
 * True when nobody renews the lease. Clocks of hosts differ, so one that looks expired is watched for a moment: each renewal
 * shows that its holder lives. `durations`: how many times its duration it may be old and is believed at once.
 * Throws ApiError, WireError.
 */
export async function isAbandoned(
  first: LeaderLease,
  { wire, clock, waits, stopping }: LeaseTools,
  durations = 1,
): Promise<boolean> {
  if (first.date === undefined || first.date - first.renewed <= durations * first.duration) return false;
  const end = clock.monotonic() + RENEWALS;
  while (clock.monotonic() < end && !stopping()) {
    await clock.sleep(waits.poll);
    const now = await readLeaderLease(wire);
    if (now && now.renewed !== first.renewed) return false;
  }
  return true;
}
