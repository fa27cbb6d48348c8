import { listControllerManagers } from '../../kube/objects/controller-managers.ts';
import {
  type LeaderLease,
  type LeaderLeaseChange,
  readLeaderLease,
  writeLeaderLease,
} from '../../kube/objects/leader-lease.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { WireError } from '../../kube/wire/wire-error.ts';
import type { Clock, Waits } from '../../model/clock.ts';
import { type Replica, readReplica } from '../../plan/allocator/replica.ts';

/** What works with kube-controller-manager's lease. */
export interface AllocatorTools {
  wire: Wire;
  clock: Clock;
  waits: Waits;
  /** True once the operator wants to stop. */
  stopping(): boolean;
  /** A line for the operator, on stderr. */
  tell(line: string): void;
}

/**
 * `restarted`: another process leads; `not exited`: the former one leads still; `not led`: nobody does; `stopped`: the
 * operator wanted to stop, the lease was put right.
 */
export type RestartOutcome = 'restarted' | 'not exited' | 'not led' | 'stopped';

/** How a restart ended, and of which operation it was. */
export interface Followed {
  outcome: RestartOutcome;
  operation: string;
}

/** Begins the name that the lease is given: nobody's, so that the leader finds itself replaced and exits. */
const FOREIGN = 'kubectl-podcidr_';

/**
 * Makes the leader exit, so that its kubelet starts it again and its allocator reads which subnets are in use: a foreign name
 * in the lease lets its renewals fail until it gives up after 10 s (leaderelection.go:renew; controllermanager.go exits then).
 * Undefined when somebody else led when it was to be done. Throws ApiError, WireError; a later run goes on from the lease alone.
 */
export async function restartLeader(
  tools: AllocatorTools,
  leader: Replica,
  holder: string,
  operation: string,
): Promise<Followed | undefined> {
  const end = tools.clock.monotonic() + tools.waits.leaderExit;
  const { pod, life = '' } = leader;
  await retried(tools, end, async () => {
    const lease = await readLeaderLease(tools.wire);
    // Written by an earlier try whose answer was lost, or not to be written any more.
    if (!lease || lease.holder !== holder) return;
    const marker = { operation, holder, pod, life };
    await write(tools, lease, { holder: `${FOREIGN}${operation}`, marker });
  });
  return followRestart(tools);
}

/** Goes on with a restart that the lease tells of, until it is done or put right. Undefined: it tells of none. */
export async function followRestart(tools: AllocatorTools): Promise<Followed | undefined> {
  const { clock, waits } = tools;
  const begun = clock.monotonic();
  const end = begun + waits.leaderExit + waits.leaderHeld;
  let formerRenewed: number | undefined;
  for (;;) {
    const outcome = await retried(tools, end, async (): Promise<Followed | 'none' | 'open'> => {
      const lease = await readLeaderLease(tools.wire);
      if (!lease?.marker) return 'none';
      const { marker, holder } = lease;
      const late = clock.monotonic() >= end;
      const done = async (ended: RestartOutcome, change: { holder?: string } = {}) => {
        await write(tools, lease, { ...change, marker: undefined });
        return { outcome: ended, operation: marker.operation };
      };
      if (holder.startsWith(FOREIGN)) {
        if (await hasExited(tools, marker.pod, marker.life)) {
          // Empty, so that the next one need not wait until the foreign name expires (15 s).
          await write(tools, lease, { holder: '', marker });
          return 'open';
        }
        if (tools.stopping()) return done('stopped', { holder: marker.holder });
        if (clock.monotonic() - begun >= waits.leaderExit) await write(tools, lease, { holder: marker.holder, marker });
        return 'open';
      }
      if (holder === marker.holder) {
        // Put back, and renewed since: it lives. Else it may have exited unseen, and the next one waits until it expires.
        if (formerRenewed !== undefined && lease.renewed !== formerRenewed) return done('not exited');
        formerRenewed ??= lease.renewed;
      } else if (holder !== '') {
        return done('restarted');
      }
      if (tools.stopping()) return done('stopped');
      return late ? done('not led') : 'open';
    });
    if (outcome === 'none') return undefined;
    if (outcome !== 'open') return outcome;
    await clock.sleep(waits.poll);
  }
}

/** True when the container's life has ended: it restarts, or waits for that. A pod that is not there tells nothing. */
async function hasExited({ wire }: AllocatorTools, pod: string, life: string): Promise<boolean> {
  const replicas = (await listControllerManagers(wire, 'quorum')).map(readReplica);
  const now = replicas.find((one) => one.pod === pod);
  return now !== undefined && now.life !== life;
}

async function write(
  { wire, clock }: AllocatorTools,
  lease: LeaderLease,
  change: Omit<LeaderLeaseChange, 'now'>,
): Promise<void> {
  await writeLeaderLease(wire, lease, { ...change, now: lease.date ?? clock.now() });
}

/** Repeats it while the server stumbles, or another write came in between, until `end`. */
async function retried<Value>(
  { clock, waits }: AllocatorTools,
  end: number,
  deed: () => Promise<Value>,
): Promise<Value> {
  for (;;) {
    try {
      return await deed();
    } catch (error) {
      const passing =
        error instanceof WireError ||
        (error instanceof ApiError && (error.status >= 500 || [409, 429].includes(error.status)));
      if (!passing || clock.monotonic() >= end) throw error;
      await clock.sleep(waits.poll);
    }
  }
}
