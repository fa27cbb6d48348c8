import { enter } from '../src/entry.ts';

/** The program with short waits, for tests alone: the same code, never shipped. */
void enter({
  answer: 2_000,
  notReadyTaint: 500,
  nodeReady: 400,
  poll: 20,
  retryFirst: 5,
  retryMost: 50,
  refused: 500,
  staleHeartbeat: 300,
});
