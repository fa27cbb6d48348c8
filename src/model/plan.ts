import type { RawObject } from './json.ts';

/**
 * `recreate`: DELETE and POST; `patch`: the field is empty, and an empty one may be set; `reset`: DELETE and POST without a
 * subnet, kube-controller-manager gives one; `create`: the Node is absent and is posted from a backup.
 */
export type MoveMethod = 'recreate' | 'patch' | 'reset' | 'create';

/** What becomes of one annotation when the node's subnet changes. `to` undefined: it is dropped. */
export interface AnnotationChange {
  key: string;
  from: string;
  to: string | undefined;
  why: string;
}

/** One node's way to another subnet. Families keep the order of the cluster CIDR. */
export interface Move {
  node: string;
  uid: string;
  method: MoveMethod;
  from: string[];
  to: string[];
  /** Why this node moves, in a few words. */
  reason: string;
  /** True when the operator named the subnet: another one is never chosen in its place. */
  wished: boolean;
  annotations: AnnotationChange[];
  /** Nodes that keep one of the subnets in `from`. */
  survivors: string[];
  raw: RawObject;
}

/** A node that is not moved, and why. */
export interface Refused {
  node: string;
  reason: string;
}

/** What is going to be done, bound to each Node's uid and subnets. */
export interface MovePlan {
  clusterUID: string;
  settings: PlanSettings;
  moves: Move[];
  refused: Refused[];
  /** Nodes that have what was asked for already. */
  unchanged: { node: string; podCIDRs: string[] }[];
}

/** The settings that the plan rests on, as text. */
export interface PlanSettings {
  clusterCIDRs: string[];
  nodeMasks: number[];
  serviceCIDRs: string[];
}
