/** Time, passed in. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
}

/** Every wait of the protocol, in milliseconds, in one place, so that tests can shorten them without a second code path. */
export interface Waits {
  /** Longest wait for the answer to a request of the swap: after that its fate is found out. */
  answer: number;
  /** A stuck not-ready taint is removed after this. */
  notReadyTaint: number;
  /** Longest wait for Ready and for the Lease after the Node is back. */
  nodeReady: number;
  /** Between two looks at the Node while waiting. */
  poll: number;
  /** First and longest pause between two tries of the POST. */
  retryFirst: number;
  retryMost: number;
  /** A server that refuses the POST in every form for as long is believed. */
  refused: number;
  /** The POST is tried for as long after a second signal: longer than a server takes to start again. */
  insisted: number;
  /** A POST later than this after the DELETE renews the heartbeat of the Ready condition. */
  staleHeartbeat: number;
  /** The lock is renewed this often, and belongs to nobody when it was not for `lockExpiry`. */
  lockRenew: number;
  lockExpiry: number;
  /** Between two tries of an eviction that a PodDisruptionBudget refuses (kubectl drain: 5 s), and two looks at what is left. */
  evictionRetry: number;
  drainPoll: number;
  /** Longest wait for kube-controller-manager's leader to exit, and for a new one to lead. */
  leaderExit: number;
  leaderHeld: number;
  /** Longest wait for kube-controller-manager to give a Node a subnet. */
  allocation: number;
  /** A Node that was absent for longer may be judged by pod garbage collection when it is absent again soon. */
  absenceNoticed: number;
  /** Longest wait for a probe to run, and for its answer. */
  probeStart: number;
  probeAnswer: number;
  /** Longest wait until what a moved Node owns is owned by it again: its kubelet makes the Lease anew. */
  ownership: number;
  /** Longest wait for the pod of a node's CNI to run again, and for it to work with the node's subnets. */
  agentBack: number;
  /** A node on which no command can be run is tried again for as long. */
  shellOpens: number;
  /** Between two looks at a node itself. */
  nodePoll: number;
  /** Longest wait for pods that are deleted because of their addresses to go, and for their successors to have theirs. */
  podsBack: number;
  /** Longest wait for a node's peers to have a route to it, before their CNI is restarted. */
  peerRoutes: number;
  /** Longest wait at the end for what is not vital: Events on their way, a lock that is given back by somebody in a hurry. */
  parting: number;
  /** Longest wait for a helper pod to run on a node, and for a command there. */
  nodeShell: number;
}
