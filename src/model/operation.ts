import type { Care } from './care.ts';
import type { DrainOptions } from './drain.ts';
import type { Json, RawObject } from './json.ts';
import type { MoveMethod, PlanSettings } from './plan.ts';
import type { WatcherName } from './surroundings.ts';

/** What an operation was begun as. */
export type Verb = 'reassign' | 'reset' | 'restore' | 'rollback';

/**
 * Where a node's move stands: a record says the last step that was finished. `planned`: nothing was written to the Node;
 * `swapping`: the body is stored, the DELETE may have been sent; `posted`: the Node is there with its new subnet; `undone`: the
 * Node is there with its former subnet.
 */
export type Step =
  | 'planned'
  | 'cordoned'
  | 'drained'
  | 'detached'
  | 'swapping'
  | 'posted'
  | 'announced'
  | 'allocated'
  | 'reowned'
  | 'settled'
  | 'restarted'
  | 'cleaned'
  | 'renewed'
  | 'finished'
  | 'undone';

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
  /** Annotations that the operation rewrites at once to re-announce the survivor, with their values before; null: absent. */
  annotations: Record<string, string | null>;
}

/** What cordoning changed on the Node, as it was before: put back at the end. Values that were right already are absent. */
export interface Cordon {
  /** spec.unschedulable before, when it was not true. */
  unschedulable?: false;
  /** cluster-autoscaler.kubernetes.io/scale-down-disabled before, when it was not "true"; null: there was none. */
  scaleDownDisabled?: string | null;
  /** managedFields entries that owned what was changed, cut down to that: the ownership is put back, too. */
  owners?: RawObject[];
}

/** What a second swap of the same move must not forget of the Node as it was before the first. */
export interface FirstSwap {
  from: string[];
  managedFields: Json[];
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
  method: MoveMethod;
  /** The operator named the subnet: another one is never chosen in its place. */
  wished: boolean;
  from: string[];
  to: string[];
  /** A move that was undone may be tried again: 1, 2, … */
  attempt: number;
  /** Undefined until the Node is cordoned. */
  cordon?: Cordon;
  /** The operation that is taken back has left the Node cordoned: it was schedulable before. */
  leftCordoned?: true;
  /** uid of the Node that was posted. */
  newUID?: string;
  /**
   * Of a reset whose Node was given a subnet in use and is swapped once more: what the record said before. Absent again once that
   * is done.
   */
  firstSwap?: FirstSwap;
  /** The subnet was patched into the empty Node: kube-controller-manager up to 1.31.3 takes it for free. */
  filled?: true;
  /** How long the Node was absent at most, in milliseconds, and until when (RFC 3339). */
  absence?: { ms: number; until: string };
  /** The Node as it was read, unchanged. */
  raw: RawObject;
  /** What is posted: `raw` with the new subnet, without what the server sets. */
  body: RawObject;
  /** Of the quorum GET that `body` was made from; the DELETE's precondition. */
  resourceVersion: string;
  dependents: Dependent[];
  survivors: Survivor[];
  /** Undefined until after-care has begun. */
  care?: Care;
  step: Step;
  /** When this record was written, RFC 3339. */
  at: string;
}

/** What the operator vouched for: --machine-paused, --offline-node, --ignore. */
export interface Attested {
  machinePaused: boolean;
  offlineNode: boolean;
  ignored: WatcherName[];
}

/** What the operator chose for an operation; kept, so that whoever resumes it works in the same way. */
export interface OperationChoices {
  /** Undefined: --drain=false. */
  drain: DrainOptions | undefined;
  ignoreUnlisted: boolean;
  /**
   * The kinds (`apps/v1 Deployment`, or all of `apps/v1`) that could not be searched for what the Nodes own when the operator was
   * told so: --ignore-unlisted excuses no others. Absent in older manifests: it excuses all.
   */
  unlisted?: string[];
  /** Absent in older manifests, and where nobody vouched for anything. */
  attested?: Attested;
  /** --allocator-restart. */
  allocatorRestart: 'auto' | 'never';
  /** --after-care; absent in older manifests: none. */
  afterCare?: 'auto' | 'none';
  /** --allow-conflict: a subnet may be given back although another node holds it by now. */
  allowConflict: boolean;
  /** Between two nodes, in milliseconds. */
  pauseBetween: number;
  /** A Node that was absent for seconds is not deleted again for this long, in milliseconds. */
  cooldown: number;
}

/** One move as the operation was begun with it. */
export interface PlannedMove {
  node: string;
  uid: string;
  method: MoveMethod;
  from: string[];
  to: string[];
  wished: boolean;
}

/**
 * The journal's record of a whole operation, beside those of its nodes: what is not begun yet stands here alone.
 * A reader refuses a schema that it does not know.
 */
export interface OperationManifest {
  schema: 1;
  tool: string;
  clusterUID: string;
  /** The operation's id. */
  operation: string;
  verb: Verb;
  /** Of a rollback: the operation that is rolled back. */
  of?: string;
  /** user@host of who began it. */
  by: string;
  /** RFC 3339. */
  startedAt: string;
  state: 'open' | 'finished' | 'rolledBack';
  settings: PlanSettings;
  choices: OperationChoices;
  moves: PlannedMove[];
  /** When the state was written last, RFC 3339. */
  at: string;
}
