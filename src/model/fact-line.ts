import type { Finding, SkippedCheck } from './finding.ts';

/** One fact of a node: what is expected by the API, and what was found there. The shape is a contract. */
export interface FactLine {
  /** For words: subnet.env, cni0, flannel.1, routes, … */
  fact: string;
  /** Empty: nothing in particular. */
  expected: string[];
  /** Empty: nothing. */
  found: string[];
  /** Codes of the findings that are about it. */
  codes: string[];
  /** Why it is not known. */
  unknown?: string;
}

/** What was found on one node. */
export interface NodeReport {
  node: string;
  /** How it was read, for words. */
  source: string;
  podCIDRs: string[];
  facts: FactLine[];
  findings: Finding[];
  /** Checks that could not be judged. */
  skipped: SkippedCheck[];
}

/** A node whose facts could not be read. */
export interface UnreadNode {
  node: string;
  reason: string;
}
