import { ApiError } from './wire/api-error.ts';
import { WireError } from './wire/wire-error.ts';

/** Waits before the next try of what this error has ended; throws it when there is to be none. */
export type Pause = (error: unknown) => Promise<void>;

/** A server that starts again says 503 for seconds; one that says it this often means it. */
const MOST_TRIES = 4;

/** 410: a list in pages took longer than its state was kept, and begins anew. */
const PASSING = [410, 429, 500, 502, 503, 504];

/**
 * Reads something, a few times while the server only stumbles: no answer, 410, 429, 500, 502 to 504. Once, without a `pause`. Throws
 * what the last try threw.
 */
export async function tryAgain<Value>(read: () => Promise<Value>, pause: Pause | undefined): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (!pause || attempt >= MOST_TRIES || !passes(error)) throw error;
      await pause(error);
    }
  }
}

function passes(error: unknown): boolean {
  return error instanceof WireError || (error instanceof ApiError && PASSING.includes(error.status));
}
