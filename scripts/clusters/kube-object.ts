/** The fields of Kubernetes objects that scripts and tests read by name; all others are kept and reachable as unknown. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: Metadata;
  spec?: Spec;
  status?: Status;
  data?: Record<string, string>;
  [field: string]: unknown;
}

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

/** Of Nodes, Pods and Leases. */
export interface Spec {
  podCIDR?: string;
  podCIDRs?: string[];
  providerID?: string;
  taints?: Taint[];
  unschedulable?: boolean;
  nodeName?: string;
  containers?: { name: string; image: string; command?: string[]; [field: string]: unknown }[];
  holderIdentity?: string | null;
  renewTime?: string | null;
  [field: string]: unknown;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastHeartbeatTime?: string;
  lastTransitionTime?: string;
}

/** Of Nodes and Pods. */
export interface Status {
  conditions?: Condition[];
  addresses?: { type: string; address: string }[];
  capacity?: Record<string, string>;
  allocatable?: Record<string, string>;
  nodeInfo?: Record<string, string>;
  phase?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  containerStatuses?: { name: string; restartCount: number; ready: boolean; [field: string]: unknown }[];
  [field: string]: unknown;
}
