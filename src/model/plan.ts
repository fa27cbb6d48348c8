/** One node's way to another subnet. Families keep the order of the cluster CIDR. */
export interface Move {
  node: string;
  uid: string;
  from: string[];
  to: string[];
  /** Why this node moves, in a few words. */
  reason: string;
}

/** A node that is not moved, and why. */
export interface Refused {
  node: string;
  reason: string;
}
