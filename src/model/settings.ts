import type { Block, Family } from './cidr.ts';
import type { Reading } from './reading.ts';

/** One cluster CIDR as kube-controller-manager understands it: host bits are dropped. */
export interface ClusterCIDR {
  block: Block;
  /** As the operator wrote it. */
  written: string;
  /** True when `written` has host bits, like 10.244.0.0/12. */
  hostBits: boolean;
}

export interface NodeMask {
  family: Family;
  /** Prefix length of a node's subnet, in bits. */
  length: number;
}

/** What decides how subnets are handed out. Families keep the order of --cluster-cidr everywhere. */
export interface ClusterSettings {
  clusterCIDRs: Reading<ClusterCIDR[]>;
  /** One entry a family of clusterCIDRs, in the same order. */
  nodeMasks: Reading<NodeMask[]>;
  /** The same as they are set, also where nodeMasks is not known because kube-controller-manager does not start with them. */
  writtenMasks: Reading<NodeMask[]>;
  serviceCIDRs: Reading<Block[]>;
  allocateNodeCIDRs: Reading<boolean>;
  /** --cidr-allocator-type; RangeAllocator where kube-controller-manager has no such flag. */
  allocatorType: Reading<string>;
  /** Flags on which replicas of kube-controller-manager disagree; none where that is not known. */
  disagreements?: Disagreement[];
}

/** A flag that replicas were started with in different ways. */
export interface Disagreement {
  /** Without the dashes. */
  name: string;
  /** undefined: without the flag. */
  said: { source: string; value: string | undefined }[];
}

/** Settings as given on the command line, under kube-controller-manager's own names; undefined where a flag was not given. */
export interface SettingFlags {
  clusterCIDR?: string | undefined;
  nodeCIDRMaskSize?: string | undefined;
  nodeCIDRMaskSizeIPv4?: string | undefined;
  nodeCIDRMaskSizeIPv6?: string | undefined;
  serviceClusterIPRange?: string | undefined;
}
