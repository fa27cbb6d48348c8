/**
 * What has to do with an address: a node whose subnet holds it, a pod that has it, a node's own address, the service range; or
 * nothing of these: free for a node, outside the cluster CIDR, or nobody's where the cluster CIDR is not known.
 */
export type AnswerKind = 'node' | 'pod' | 'nodeAddress' | 'serviceRange' | 'free' | 'outside' | 'nobody';

export interface Answer {
  kind: AnswerKind;
  /** Name of the Node or Pod, type of the node's address; undefined for the rest. */
  name?: string;
  /** Of the pod. */
  namespace?: string;
  /** The node that has it, or that the pod runs on. */
  node?: string;
  /** The subnet as written, the range, the pod's or node's address, or the block that a node could get. */
  range?: string;
}

/** One address or subnet that was asked for. */
export interface LookedUp {
  /** Canonical; an address without its prefix length. */
  address: string;
  /** At least one. */
  answers: Answer[];
  /** Why more than one answers, a sentence each; empty: it is clear whose it is. */
  conflicts: string[];
}
