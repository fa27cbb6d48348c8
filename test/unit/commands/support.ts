import type { Context } from '../../../src/commands/context.ts';
import { Failure } from '../../../src/model/failure.ts';

/** A context that collects what is printed and reaches nothing. */
export function testContext(stdin = ''): Context & { printed: { out: string; err: string } } {
  const printed = { out: '', err: '' };
  return {
    printed,
    env: {},
    streams: {
      out: (text) => {
        printed.out += text;
      },
      err: (text) => {
        printed.err += text;
      },
      status: () => undefined,
      inIsTTY: false,
      errIsTTY: false,
      columns: undefined,
      written: async () => undefined,
      readStdin: async function* () {
        yield Buffer.from(stdin);
      },
    },
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined },
    waits: {
      answer: 1,
      refused: 1,
      notReadyTaint: 0,
      nodeReady: 0,
      poll: 0,
      retryFirst: 0,
      retryMost: 0,
      insisted: 0,
      staleHeartbeat: 0,
      lockRenew: 0,
      lockExpiry: 0,
      evictionRetry: 0,
      drainPoll: 0,
      leaderExit: 0,
      leaderHeld: 0,
      allocation: 0,
      absenceNoticed: 0,
      probeStart: 0,
      probeAnswer: 0,
      ownership: 0,
      agentBack: 0,
      shellOpens: 0,
      nodePoll: 0,
      podsBack: 0,
      peerRoutes: 0,
      parting: 0,
      nodeShell: 0,
    },
    signals: { caught: undefined, hold: () => () => undefined },
    version: '0.0.0',
    identity: 'alice@bastion',
    process: { pid: 1, runs: () => true },
    random: (digits) => '0'.repeat(digits),
    prompt: async () => '',
    connect: async () => {
      throw new Failure('there is no cluster in this test');
    },
  };
}

/** A fixture's path. */
export const fixture = (path: string): string => new URL(`../../fixtures/${path}`, import.meta.url).pathname;
