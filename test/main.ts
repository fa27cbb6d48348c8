import { enter } from '../src/entry.ts';

/** The program with short waits, for tests alone: the same code, never shipped. */
void enter({
  // Longer where a test holds an answer back while it does something else.
  answer: Number(process.env.PODCIDR_TEST_ANSWER ?? 2_000),
  notReadyTaint: 500,
  nodeReady: 400,
  poll: 20,
  retryFirst: 5,
  retryMost: 50,
  refused: 500,
  insisted: 500,
  staleHeartbeat: 300,
  lockRenew: 300,
  lockExpiry: 1_000,
  evictionRetry: 50,
  drainPoll: 50,
  leaderExit: 20_000,
  leaderHeld: Number(process.env.PODCIDR_TEST_CARE ?? 60_000),
  allocation: 3_000,
  absenceNoticed: 1_000,
  // Longer where real kubelets start them.
  probeStart: Number(process.env.PODCIDR_TEST_PROBE_START ?? process.env.PODCIDR_TEST_CARE ?? 1_000),
  probeAnswer: Number(process.env.PODCIDR_TEST_PROBE_ANSWER ?? 5_000),
  ownership: Number(process.env.PODCIDR_TEST_CARE ?? 400),
  // Longer where real kubelets start pods.
  agentBack: Number(process.env.PODCIDR_TEST_CARE ?? 1_500),
  shellOpens: Number(process.env.PODCIDR_TEST_SHELL ?? process.env.PODCIDR_TEST_CARE ?? 300),
  // Real kubelets take seconds, and each look costs their machine one.
  nodePoll: process.env.PODCIDR_TEST_CARE === undefined ? 50 : 500,
  podsBack: Number(process.env.PODCIDR_TEST_CARE ?? 1_500),
  peerRoutes: 500,
  parting: 2_000,
  nodeShell: Number(process.env.PODCIDR_TEST_NODE_SHELL ?? 20_000),
});
