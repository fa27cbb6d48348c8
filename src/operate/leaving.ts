import type { Wire } from '../kube/wire/wire.ts';
import type { Clock } from '../model/clock.ts';
import { EXIT, Failure } from '../model/failure.ts';

/** The operator has left: what was being done stands where it is. */
export class Left extends Failure {}

/**
 * The way out of an operation before its end. Once it is taken, whatever waits for the server or the clock throws Left, and
 * nothing more is sent. It is shut between a DELETE and its POST: who wants to leave then leaves once the Node is back.
 */
export class Leaving {
  #reason: string | undefined;
  #isShut = false;
  readonly #waiting = new Set<(error: Left) => void>();

  /** True once the operator has left. */
  get left(): boolean {
    return this.#reason !== undefined && !this.#isShut;
  }

  /** True once the operator wants to leave at once. */
  get asked(): boolean {
    return this.#reason !== undefined;
  }

  /** True while nobody may leave. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** The operator wants to leave at once. `reason`: for words, the name of a signal. */
  ask(reason: string): void {
    this.#reason ??= reason;
    this.#leave();
  }

  /** From here on nobody may leave. Throws Left when the operator already has. */
  shut(): void {
    if (this.left) throw this.#error();
    this.#isShut = true;
  }

  /** Whoever wants to leave may do so again. */
  open(): void {
    this.#isShut = false;
    this.#leave();
  }

  /** What `deed` resolves with. Throws Left, at once, when the operator has left or leaves meanwhile. */
  race<Value>(deed: () => Promise<Value>): Promise<Value> {
    if (this.left) return Promise.reject(this.#error());
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      deed()
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject));
    });
  }

  /** The same way to the server, as long as the operator is there. */
  wire(wire: Wire): Wire {
    return {
      server: wire.server,
      request: (request) => this.race(() => wire.request(request)),
      stream: (request) => this.race(() => wire.stream(request)),
      socket: (request) => this.race(() => wire.socket(request)),
      credentialsEnd: () => wire.credentialsEnd(),
      close: () => wire.close(),
    };
  }

  /** The same clock, whose sleep ends when the operator leaves. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms) => this.race(() => clock.sleep(ms)),
    };
  }

  #leave(): void {
    if (!this.left) return;
    const error = this.#error();
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  #error(): Left {
    return new Left(`${this.#reason}: stopped at once`, { exitCode: EXIT.unfinished });
  }
}
