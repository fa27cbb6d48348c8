import { getLease, type ReadLease, replaceLease } from '../../kube/objects/lease.ts';
import { type Holder, LOCK, readHolder, writeHolder } from '../../kube/objects/lock-lease.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { Clock, Waits } from '../../model/clock.ts';
import { EXIT, Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';

/** The lock was taken over by another operator: nothing more may be written. */
export class LockLost extends Failure {}

/** What a lock works with. */
export interface LockWork {
  wire: Wire;
  clock: Clock;
  waits: Waits;
}

/**
 * The lock of the whole cluster, held: a Lease that is renewed in the background. Its age is the larger of monotonic and wall
 * clock, because a laptop may have slept. Before each write `check` makes sure that it is still ours.
 */
export class Lock {
  readonly holder: Holder;
  readonly #work: LockWork;
  #lease: RawObject;
  /** When the renewal that succeeded last was sent, by both clocks. */
  #renewed: { monotonic: number; now: number };
  /** The server's clock minus ours, in milliseconds. */
  #offset: number;
  #lost: LockLost | undefined;
  #released = false;
  #renewing: Promise<void> | undefined;

  /** The same, where the answer that made the lock ours told it. */
  readonly #skew: number;

  constructor(work: LockWork, holder: Holder, { lease, date }: ReadLease, offset: number) {
    this.#work = work;
    this.holder = holder;
    this.#lease = lease;
    this.#offset = offset;
    this.#skew = date === undefined ? offset : date - work.clock.now();
    this.#renewed = this.#moment();
    void this.#keep();
  }

  /** The server's time, in milliseconds since the epoch: right to a second or so. */
  get serverNow(): number {
    return this.#work.clock.now() + this.#skew;
  }

  /** True once another operator has taken it over. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Throws LockLost when it is no longer ours. An old renewal is repeated first, and what that meets is thrown (ApiError,
   * WireError): while it is not known whose the lock is, nothing may be written.
   */
  async check(): Promise<void> {
    if (this.#lost) throw this.#lost;
    if (this.#age() > (this.#work.waits.lockExpiry * 2) / 3) await this.#renew();
    if (this.#lost) throw this.#lost;
  }

  /** Renews it now, and throws as `check` does: for who has met a write of somebody else. */
  async confirm(): Promise<void> {
    if (!this.#lost) await this.#renew();
    if (this.#lost) throw this.#lost;
  }

  /** Gives it back. What fails here only makes others wait until it expires. */
  async release(): Promise<void> {
    this.#released = true;
    await this.#renewing?.catch(() => undefined);
    if (this.#lost) return;
    await replaceLease(this.#work.wire, writeHolder(this.#lease, undefined)).catch(() => undefined);
  }

  async #keep(): Promise<void> {
    const { clock, waits } = this.#work;
    while (!this.#released && !this.#lost) {
      await clock.sleep(waits.lockRenew);
      // What fails here is tried again, at the latest before the next write.
      if (!this.#released) await this.#renew().catch(() => undefined);
    }
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#write().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #write(): Promise<void> {
    const { wire } = this.#work;
    for (;;) {
      const sent = this.#moment();
      try {
        const next = { ...this.holder, renewed: sent.now + this.#offset };
        const { lease } = await replaceLease(wire, writeHolder(this.#lease, next));
        this.#lease = lease;
        this.#renewed = sent;
        return;
      } catch (error) {
        // 404: somebody removed the Lease; then nobody can be told from another any more.
        if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
        const there = await getLease(wire, LOCK.namespace, LOCK.name);
        const other = there && readHolder(there.lease);
        if (!there || other?.identity !== this.holder.identity) {
          this.#lost = lost(other);
          return;
        }
        this.#lease = there.lease;
      }
    }
  }

  #moment() {
    const { clock } = this.#work;
    return { monotonic: clock.monotonic(), now: clock.now() };
  }

  #age(): number {
    const now = this.#moment();
    return Math.max(now.monotonic - this.#renewed.monotonic, now.now - this.#renewed.now);
  }
}

function lost(other: Holder | undefined): LockLost {
  const who = other ? `${other.by} has taken it over for operation ${other.operation}` : 'it was removed';
  return new LockLost(`the lock is lost: ${who}`, {
    hint: 'kubectl podcidr operations shows what is running and what is left to do',
    exitCode: EXIT.unfinished,
  });
}
