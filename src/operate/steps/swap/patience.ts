import { ApiError } from '../../../kube/wire/api-error.ts';
import { EXIT, Failure } from '../../../model/failure.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import type { Work } from '../../work.ts';

/** Waits between tries while a Node is or may be absent, and tells the operator at the first how to bring it back by hand. */
export class Patience {
  readonly #record: OperationRecord;
  readonly #work: Work;
  #pause: number;
  #told = false;
  /** When the operator was first seen to insist, by the monotonic clock. */
  #insistedAt: number | undefined;

  constructor(record: OperationRecord, work: Work) {
    this.#record = record;
    this.#work = work;
    this.#pause = work.waits.retryFirst;
  }

  /**
   * Waits as long as the server asks (Retry-After), but never over the longest pause: pods of an absent Node are deleted
   * after 40 s (gc_controller.go:quarantineTime). One signal ends nothing here: a terminal that goes and a machine that shuts
   * down send it too. Throws Failure (exit 3) when the operator insists, and the server had time to start again since.
   */
  async wait(reason: unknown): Promise<void> {
    const cause = reason instanceof Error ? reason : new Error(String(reason));
    const { clock, waits } = this.#work;
    if (!this.#told) {
      this.#told = true;
      this.#work.tell(`Warning: node ${this.#record.node} is not back yet: ${cause.message}`);
      this.#work.tell('Trying again. Should this program end, bring the Node back with:');
      this.#work.tell(`  ${this.command()}`);
    }
    if (this.#work.leaving.asked) {
      this.#insistedAt ??= clock.monotonic();
      if (clock.monotonic() - this.#insistedAt >= waits.insisted) throw this.unfinished(cause);
    }
    const asked = cause instanceof ApiError ? cause.retryAfterMs : undefined;
    await clock.sleep(Math.min(asked ?? this.#pause, waits.retryMost));
    this.#pause = Math.min(this.#pause * 2, waits.retryMost);
  }

  /** What brings the Node back without this program. */
  command(): string {
    return this.#work.journal.recovery(this.#record);
  }

  /** The failure that says so. */
  unfinished(cause: Error): Failure {
    return new Failure(`node ${this.#record.node} may be absent from the cluster: ${cause.message}`, {
      hint: `bring it back with: ${this.command()}`,
      exitCode: EXIT.unfinished,
      cause,
    });
  }
}
