import type { AdmissionHook } from './admission.ts';
import type { Reading } from './reading.ts';

/** Whether pods get their addresses out of spec.podCIDR(s) under a CNI; `unknown` where its own configuration decides. */
export type Follows = 'yes' | 'no' | 'unknown';

/** A CNI that runs in the cluster, as its DaemonSet tells. */
export interface InstalledCNI {
  /** flannel, calico, … */
  name: string;
  follows: Follows;
  /** For words: DaemonSet kube-system/calico-node. */
  source: string;
}

/** Controllers that act when a Node is deleted, however short it is gone, by the names that --ignore takes. */
export const DELETION_WATCHERS = [
  'calico-kube-controllers',
  'longhorn-manager',
  'nfd-gc',
  'portworx',
  'storageos',
] as const;

export type WatcherName = (typeof DELETION_WATCHERS)[number];

/** Such a controller, found in the cluster. */
export interface DeletionWatcher {
  name: WatcherName;
  /** For words: Deployment node-feature-discovery/nfd-gc. */
  source: string;
}

/** A volume's attachment to a node that is being taken apart. */
export interface Detaching {
  node: string;
  /** Of the VolumeAttachment. */
  name: string;
}

/** What in the cluster, beside the Nodes themselves, decides whether a Node may be deleted and created again. */
export interface Surroundings {
  cnis: Reading<InstalledCNI[]>;
  watchers: Reading<DeletionWatcher[]>;
  hooks: Reading<AdmissionHook[]>;
  detaching: Reading<Detaching[]>;
  /** kube-proxy knows local pods by their node's subnet (detectLocalMode NodeCIDR). */
  proxyByNodeCIDR: boolean;
  /** How kube-controller-manager hands out subnets (--cidr-allocator-type); its default is RangeAllocator. */
  allocator: Reading<string>;
  /** --allocate-node-cidrs. */
  allocates: Reading<boolean>;
}
