import { createLease, getLease, type ReadLease, replaceLease } from '../../kube/objects/lease.ts';
import { type Holder, LOCK, readHolder, writeHolder } from '../../kube/objects/lock-lease.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { Clock, Waits } from '../../model/clock.ts';
import { Failure } from '../../model/failure.ts';
import type { Json, RawObject } from '../../model/json.ts';
import { asObject } from '../../model/read-json.ts';
import { stumbles } from '../persist.ts';
import { Lock } from './lock.ts';

export interface LockRequest {
  wire: Wire;
  clock: Clock;
  waits: Waits;
  /** The operation that is to be carried out. */
  operation: string;
  /** Operations whose holder may have died a moment ago: its lock is waited for until it expires. */
  expected: string[];
  /** user@host. */
  by: string;
  /** Random digits: two processes of one operation are never taken for each other. */
  nonce: string;
  tell(line: string): void;
}

/** The lock, and whose it was when it had expired: that one's work must be fenced off before anything is done. */
export interface AcquiredLock {
  lock: Lock;
  displaced: Holder | undefined;
}

/** A Date header has whole seconds, and API servers' clocks differ a little. */
const CLOCK_ERROR = 3_000;

/**
 * Takes the lock of the cluster. Throws Failure when another operator holds it, naming who, since when and from which host;
 * ApiError, WireError. One that expired is taken over: when the server's clock says so beyond doubt, or when it was not
 * renewed while it was watched for as long as it is valid.
 */
export async function acquireLock(request: LockRequest): Promise<AcquiredLock> {
  const { wire, clock, waits } = request;
  const watched = new Watched(clock);
  const end = clock.monotonic() + waits.answer;
  let displaced: Holder | undefined;
  for (;;) {
    try {
      const there = await getLease(wire, LOCK.namespace, LOCK.name);
      const holder = there && readHolder(there.lease);
      if (!there || !holder || isOurs(holder, request) || isDead(there, holder, watched, waits)) {
        if (holder && !isOurs(holder, request)) displaced = holder;
        const lock = await take(request, there);
        if (lock) return { lock, displaced };
        continue;
      }
      // One renewal may be the last that a process sent before it died.
      if (!mayExpire(there, holder, request) || watched.renewals > 1) {
        throw held(holder, there.date ?? clock.now(), waits);
      }
      if (watched.since(there.lease) === 0) request.tell(`Waiting until the lock of ${holder.by} expires`);
    } catch (error) {
      // An answer that was lost may have been the lock: the next look tells.
      if (!stumbles(error) || clock.monotonic() >= end) throw error;
    }
    await clock.sleep(waits.poll);
  }
}

function isOurs({ identity }: Holder, { operation, nonce }: LockRequest): boolean {
  return identity === `${operation}_${nonce}`;
}

function isDead(there: ReadLease, holder: Holder, watched: Watched, { lockExpiry }: Waits): boolean {
  return watched.since(there.lease) >= lockExpiry || silence(there, holder) > lockExpiry + CLOCK_ERROR;
}

/** True when it is worth to watch it for as long as it is valid. */
function mayExpire(there: ReadLease, holder: Holder, { expected, waits }: LockRequest): boolean {
  return expected.includes(holder.operation) || silence(there, holder) > waits.lockExpiry;
}

/** Milliseconds since the last sign of life, by the server's clock; 0 when it told no time. */
function silence({ date }: ReadLease, { renewed }: Holder): number {
  return date === undefined ? 0 : date - renewed;
}

/** How long a Lease was seen unchanged, by our own clock. */
class Watched {
  readonly #clock: Clock;
  #version: Json | undefined;
  #first = 0;
  renewals = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  since(lease: RawObject): number {
    const { resourceVersion } = asObject(lease.metadata);
    if (resourceVersion !== this.#version) {
      if (this.#version !== undefined) this.renewals += 1;
      this.#version = resourceVersion;
      this.#first = this.#clock.monotonic();
    }
    return this.#clock.monotonic() - this.#first;
  }
}

/** Undefined when somebody else was quicker. */
async function take(request: LockRequest, there: ReadLease | undefined): Promise<Lock | undefined> {
  const { wire, clock, waits, operation, by, nonce } = request;
  const offset = there?.date === undefined ? 0 : there.date - clock.now();
  const now = clock.now() + offset;
  const identity = `${operation}_${nonce}`;
  const holder: Holder = {
    identity,
    operation,
    by,
    since: new Date(now).toISOString(),
    renewed: now,
    expiry: waits.lockExpiry,
  };
  const lease = writeHolder(there?.lease, holder);
  try {
    const written = there ? await replaceLease(wire, lease) : await createLease(wire, lease);
    return new Lock({ wire, clock, waits }, holder, written, offset);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return undefined;
    throw error;
  }
}

function held({ by, since, operation, renewed }: Holder, now: number, { lockExpiry }: Waits): Failure {
  const age = Math.max(0, Math.round((now - renewed) / 1000));
  const last = now - renewed > lockExpiry ? ` (no sign of life for ${age} s)` : '';
  return new Failure(`${by} changes this cluster with operation ${operation} since ${since.slice(0, 19)}Z${last}`, {
    hint: `wait until it is finished; if that process is gone, its lock expires ${lockExpiry / 1000} s after its last sign of life`,
  });
}
