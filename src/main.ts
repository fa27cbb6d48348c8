import { enter } from './entry.ts';

/** The waits of the protocol; see the fields for what each is for. */
void enter({
  answer: 10_000,
  notReadyTaint: 5_000,
  nodeReady: 60_000,
  poll: 200,
  retryFirst: 50,
  retryMost: 1_000,
  refused: 60_000,
  staleHeartbeat: 10_000,
  lockRenew: 5_000,
  lockExpiry: 15_000,
  evictionRetry: 5_000,
  drainPoll: 1_000,
  leaderExit: 20_000,
  leaderHeld: 60_000,
  allocation: 60_000,
  absenceNoticed: 1_000,
  agentBack: 120_000,
  shellOpens: 10_000,
  nodePoll: 500,
  podsBack: 120_000,
  peerRoutes: 5_000,
  parting: 2_000,
  nodeShell: 60_000,
});
