import type { Block } from './cidr.ts';
import type { WatchedPod } from './pod-state.ts';
import type { Reading } from './reading.ts';
import type { InstalledCNI } from './surroundings.ts';

/** ConfigMap kube-system/kubeadm-config: what kubeadm writes into the flags at the next upgrade. */
export interface KubeadmConfig {
  /** For words: ConfigMap kube-system/kubeadm-config. */
  source: string;
  /** networking.podSubnet; undefined when there is none. */
  podSubnet: string | undefined;
  serviceSubnet: string | undefined;
  /** controllerManager.extraArgs. */
  extraArgs: ReadonlyMap<string, string>;
}

/** ConfigMap kube-system/kube-proxy. */
export interface KubeProxyConfig {
  source: string;
  /** '' when none is set. */
  clusterCIDR: string;
  /** '' means ClusterCIDR. */
  detectLocalMode: string;
}

/** net-conf.json of a flannel, also inside canal. */
export interface FlannelConfig {
  /** For words: ConfigMap kube-flannel/kube-flannel-cfg net-conf.json. */
  source: string;
  /** Where kubectl edits it: namespace and name. */
  configMap: { namespace: string; name: string };
  /** One a family that is enabled, with its text. */
  networks: { block: Block; written: string }[];
  backend: string;
  /** What is wrong with it; undefined when flannel can read it. */
  problem: string | undefined;
}

/** Where a DaemonSet's pods run, as far as its template tells. */
export interface Placement {
  /** For words: DaemonSet kube-flannel/kube-flannel-ds. */
  source: string;
  /** flanneld's --etcd-endpoints: it keeps its subnets there. Undefined: it does not. */
  etcdEndpoints: string | undefined;
  nodeSelector: Record<string, string>;
  /** Terms of the required node affinity, one of which must match; undefined: all nodes. */
  terms: NodeTerm[] | undefined;
  tolerations: { key: string; operator: string; value: string; effect: string }[];
}

/** All of these must match. */
export interface NodeTerm {
  labels: NodeRequirement[];
  names: NodeRequirement[];
}

export interface NodeRequirement {
  key: string;
  operator: string;
  values: string[];
}

/** A component that writes spec.podCIDR(s). */
export interface Allocator {
  /** node-ipam-controller, … */
  name: string;
  /** For words: 3 ClusterCIDR objects. */
  source: string;
}

/**
 * A leader renews its lease every 2 s, and another replica takes over much sooner: who has not for so many of the lease's durations
 * is gone, whatever its clock says.
 */
export const GONE_AFTER = 4;

/** The lease for which kube-controller-manager's replicas compete. */
export interface Leader {
  holder: string;
  /** Milliseconds since the epoch, by the holder's clock. */
  renewed: number;
  /** In milliseconds. */
  duration: number;
  /** It was seen being renewed, whatever the clocks say. */
  moved?: boolean;
}

export interface ClusterEvent {
  reason: string;
  /** Kind, namespace and name of what it is about. */
  kind: string;
  namespace: string;
  name: string;
  message: string;
  /** How often it happened. */
  count: number;
  /** The last time, milliseconds since the epoch. */
  last: number | undefined;
}

/** A Lease of kube-node-lease or a CSINode: both bear their Node's name. */
export interface NodeDependent {
  kind: 'Lease' | 'CSINode';
  name: string;
  /** uids of the Nodes that own it. */
  owners: string[];
  createdAt: number | undefined;
}

/** A lease of a flannel that keeps its subnets in etcd. */
export interface FlannelLease {
  /** /coreos.com/network/subnets/10.5.34.0-24 */
  key: string;
  /** The API of etcd that it was read by. */
  api: 2 | 3;
  subnets: Block[];
  /** Canonical, one a family that is enabled. */
  publicIPs: string[];
  /** Of its vxlan devices, lower case. */
  macs: string[];
  /** Seconds until it ends; undefined: never. */
  ttl: number | undefined;
}

/** What a survey knows beside nodes, pods and settings. Each is read only where a check needs it. */
export interface ClusterFacts {
  kubeadm: Reading<KubeadmConfig | undefined>;
  kubeProxy: Reading<KubeProxyConfig | undefined>;
  flannelConfigs: Reading<FlannelConfig[]>;
  flannelPods: Reading<WatchedPod[]>;
  /** Where flannel's pods run; none where no DaemonSet of flannel is there. */
  flannelPlacements: Reading<Placement[]>;
  cnis: Reading<InstalledCNI[]>;
  managers: Reading<WatchedPod[]>;
  leader: Reading<Leader | undefined>;
  /** Beside kube-controller-manager. `missing`: why some may not be known. */
  allocators: { found: Allocator[]; missing: string[] };
  events: Reading<ClusterEvent[]>;
  dependents: Reading<NodeDependent[]>;
  flannelLeases: Reading<FlannelLease[]>;
}

const NOT_READ = { known: false, reason: 'it was not asked for' } as const;

/** Of a survey that asked for none of it. */
export const NO_FACTS: ClusterFacts = {
  kubeadm: NOT_READ,
  kubeProxy: NOT_READ,
  flannelConfigs: NOT_READ,
  flannelPods: NOT_READ,
  flannelPlacements: NOT_READ,
  cnis: NOT_READ,
  managers: NOT_READ,
  leader: NOT_READ,
  allocators: { found: [], missing: [] },
  events: NOT_READ,
  dependents: NOT_READ,
  flannelLeases: NOT_READ,
};
