import type { RawObject } from './json.ts';

/** Where a node's move stands. A record says the last step that was finished. */
export type Step = 'planned' | 'detached' | 'swapping' | 'posted' | 'reowned' | 'settled' | 'finished' | 'undone';

/** An object that is owned by the Node and must outlive it. */
export interface Dependent {
  /** Path of the object on the server, for example /apis/storage.k8s.io/v1/csinodes/worker-1. */
  path: string;
  /** For words: CSINode/worker-1, ConfigMap/kube-system/x. */
  name: string;
  uid: string;
  /** The ownerReference that names the Node, as it was. */
  ownerReference: RawObject;
}

/** Another node that shares a subnet with the moved one and keeps it. */
export interface Survivor {
  node: string;
  uid: string;
  /** Annotation that the operation rewrites to re-announce the survivor, and its value before. */
  annotation: string;
  value: string | null;
}

/**
 * The journal's record of one node's move, on disk and in the cluster: all that is needed to bring the Node back.
 * Its shape is final; a reader refuses a schema that it does not know.
 */
export interface OperationRecord {
  schema: 1;
  /** For example kubectl-podcidr/0.1.0. */
  tool: string;
  clusterUID: string;
  /** The operation's id, shared by all its moves. */
  operation: string;
  node: string;
  uid: string;
  from: string[];
  to: string[];
  /** The Node as it was read, unchanged. */
  raw: RawObject;
  /** What is posted: `raw` with the new subnet, without what the server sets. */
  body: RawObject;
  /** Of the quorum GET that `body` was made from; the DELETE's precondition. */
  resourceVersion: string;
  dependents: Dependent[];
  survivors: Survivor[];
  step: Step;
  /** When this record was written, RFC 3339. */
  at: string;
}
