export type Verdict = 'pass' | 'fail' | 'not-checked';

/** What is looked at, in the order in which it is told of a node. */
export const VERIFY_CHECKS = [
  'Subnet',
  'ClusterCIDR',
  'NodeFacts',
  'NewPod',
  'PodToPod',
  'NodeToPod',
  'Lease',
  'CSINode',
] as const;

/** One thing that was verified, or could not be. The shape is a contract: fields may be added, never changed. */
export interface VerifyLine {
  /** For people: node/worker-1, or worker-1 → worker-289 where one reaches for the other. */
  subject: string;
  check: (typeof VERIFY_CHECKS)[number];
  result: Verdict;
  /** What was seen, or why nothing was, in one clause. */
  why: string;
  /** The nodes that it is about; of two the one that reaches for the other comes first. */
  nodes: string[];
}

/** A node to be verified. */
export interface VerifySubject {
  node: string;
  /** Nodes that shared its subnet before: their pods are reached for, too. */
  twins: string[];
  /** The subnets that an operation has given it, and which; undefined: none is known of. */
  given?: { podCIDRs: string[]; operation: string };
  /** It owned a CSINode when it was moved. */
  hadCSINode: boolean;
}
