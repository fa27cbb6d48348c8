import type { ProgressEvent } from '../model/progress.ts';
import { type Progress, renderProgress } from '../render/progress.ts';
import type { Context } from './context.ts';

/** Shows on the terminal what an operation does. */
export interface ProgressDisplay {
  tell(event: ProgressEvent): void;
  /** A move has ended, whichever way. */
  ended(): void;
  /** Takes it off the terminal. */
  close(): void;
}

/** `isQuiet`: true while a terminal that does not take what is written must not delay the work. */
export function progressDisplay(
  { streams, clock }: Pick<Context, 'streams' | 'clock'>,
  isQuiet: () => boolean,
): ProgressDisplay {
  const count = { done: 0, total: 0 };
  let current: Pick<Progress, 'node' | 'doing'> | undefined;
  let since = 0;
  function show(now: Pick<Progress, 'node' | 'doing' | 'part'>): void {
    // The next part of the same goes on.
    if (now.doing !== current?.doing || now.node !== current.node) since = clock.monotonic();
    current = now;
    streams.status((columns) =>
      isQuiet() ? undefined : renderProgress({ ...count, ...now, elapsed: clock.monotonic() - since }, columns),
    );
  }
  return {
    tell(event) {
      if (event.kind === 'moves') Object.assign(count, { done: 0, total: event.count });
      else if (event.kind === 'step') show({ node: event.node, doing: event.step });
      else show({ node: event.node, doing: event.wait, part: event.part });
    },
    ended() {
      count.done += 1;
    },
    close: () => streams.status(undefined),
  };
}
