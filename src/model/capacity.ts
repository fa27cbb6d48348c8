import type { Family } from './cidr.ts';
import type { Finding } from './finding.ts';

/** What one family of the cluster CIDR can hold. Counts are of node subnets; possible = reserved + used + free. */
export interface FamilyCapacity {
  family: Family;
  /** Canonical, without host bits. */
  clusterCIDR: string;
  /** Prefix length of a node's subnet, in bits. */
  nodeMask: number;
  nodesPossible: bigint;
  /** Under the service range: kube-controller-manager hands them out to nobody. */
  nodesReserved: bigint;
  nodesUsed: bigint;
  nodesFree: bigint;
  /** Addresses of a node's subnet without network, bridge and broadcast address. */
  podsPerNode: bigint;
}

/** What settings would break: a finding that the present ones do not give. */
export interface Break extends Pick<Finding, 'code' | 'severity' | 'nodes' | 'message'> {
  /** Why it hurts, in the words of the catalogue; of several places the one that it is about. */
  harm: string;
}

/** The answer of `capacity`. */
export interface CapacityReport {
  /** In the order of the cluster CIDR. */
  families: FamilyCapacity[];
  /** Empty where nothing was compared. */
  breaks: Break[];
  /** The flags of kube-controller-manager that were asked for, each one word; undefined where none were. */
  flags?: string[];
}
