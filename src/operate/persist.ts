import type { Pause } from '../kube/try-again.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import { WireError } from '../kube/wire/wire-error.ts';
import type { Work } from './work.ts';

/**
 * Does something that may be done again, until it succeeds, while the server only stumbles: no answer, 5xx, 429. Gives up,
 * with its last error, after `waits.nodeReady` or when the operator wants to stop.
 */
export async function persist<Value>(work: Work, deed: () => Promise<Value>): Promise<Value> {
  const end = work.clock.monotonic() + work.waits.nodeReady;
  for (;;) {
    try {
      return await deed();
    } catch (error) {
      if (!stumbles(error) || work.stopping() || work.clock.monotonic() >= end) throw error;
      await pauseAfter(error, work);
    }
  }
}

/** True when the server only stumbled: no answer, 5xx, 429. */
export function stumbles(error: unknown): boolean {
  return error instanceof WireError || (error instanceof ApiError && (error.status >= 500 || error.status === 429));
}

/** True when a write may be repeated after another look: it met another writer (409), or the server only stumbled. */
export function mayTryAgain(error: unknown): boolean {
  return stumbles(error) || (error instanceof ApiError && error.status === 409);
}

/** Before the next try: as long as the server asks (Retry-After), at most ten of the longest pauses; otherwise a moment. */
export async function pauseAfter(error: unknown, { clock, waits }: Pick<Work, 'clock' | 'waits'>): Promise<void> {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  await clock.sleep(asked === undefined ? waits.poll : Math.min(asked, 10 * waits.retryMost));
}

/** What a search waits before it lists a kind again: as `pauseAfter`, and not at all when the operator wants to stop. */
export function pauseOf(work: Pick<Work, 'clock' | 'waits' | 'stopping'>): Pause {
  return async (error) => {
    if (work.stopping()) throw error;
    await pauseAfter(error, work);
  };
}
