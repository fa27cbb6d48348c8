import type { ClusterFacts } from './cluster-facts.ts';
import type { RawObject } from './json.ts';
import type { Reading } from './reading.ts';
import type { ClusterSettings } from './settings.ts';

export interface NodeAddress {
  /** InternalIP, ExternalIP, Hostname, … as in status.addresses. */
  type: string;
  address: string;
}

export interface Taint {
  key: string;
  value: string;
  effect: string;
}

/** What a condition of a Node says. */
export interface NodeCondition {
  status: string;
  reason: string;
  /** Milliseconds since the epoch. */
  since: number | undefined;
}

/** One Node: what the tool uses, read from `raw`, which is kept beside it unchanged. */
export interface SurveyNode {
  name: string;
  uid: string;
  /** Milliseconds since the epoch; undefined when the object has no creationTimestamp. */
  createdAt: number | undefined;
  deleting: boolean;
  finalizers: string[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  taints: Taint[];
  /** spec.podCIDR as written; undefined when empty. */
  podCIDR: string | undefined;
  /** spec.podCIDRs as written, or [spec.podCIDR] where that list is empty. Empty: no subnet. */
  podCIDRs: string[];
  addresses: NodeAddress[];
  /** status of the Ready condition, undefined when there is none. */
  ready: 'True' | 'False' | 'Unknown' | undefined;
  /** status.capacity.pods, undefined when it is absent or unreadable. */
  podsCapacity: number | undefined;
  /** status of the NetworkUnavailable condition and what it says; undefined when there is none. */
  networkUnavailable?: NodeCondition | undefined;
  /** Milliseconds since the epoch; undefined when the Ready condition does not tell. */
  readySince?: number | undefined;
  /** status.nodeInfo.machineID; '' when it has none. */
  machineID?: string;
  raw: RawObject;
}

/** One pod, as far as addresses go. */
export interface SurveyPod {
  namespace: string;
  name: string;
  node: string;
  addresses: string[];
  hostNetwork: boolean;
  /** Succeeded or Failed: its addresses are no longer in use. */
  finished: boolean;
  /** False in every phase but Running; left out where that is not known. */
  running?: boolean;
  /** It has a deletionTimestamp. */
  deleting?: boolean;
  /** The file, HTTP or API-made pod the kubelet mirrors (annotation kubernetes.io/config.mirror). */
  mirror: boolean;
  /** It has a controller, which creates another one in its place when it is deleted. */
  controlled: boolean;
}

/** An operation that was begun and is carried out by nobody. */
export interface InterruptedOperation {
  id: string;
  verb: string;
  /** user@host of who began it. */
  by: string;
  /** Its nodes that are begun and not finished, with the last step that was finished. */
  nodes: { name: string; step: string }[];
}

/** Everything that the checks and plans look at. From the API server or from a dump: the shape is the same. */
export interface ClusterSurvey {
  origin: 'cluster' | 'dump';
  /** uid of namespace kube-system: the cluster's identity. */
  clusterUID: Reading<string>;
  /** Milliseconds since the epoch: the server's Date header, or the newest timestamp in a dump. */
  now: number;
  nodes: SurveyNode[];
  pods: Reading<SurveyPod[]>;
  settings: ClusterSettings;
  /** What else was read; left out: nothing. */
  facts?: ClusterFacts;
  /** None where the journal is not known. */
  interrupted?: InterruptedOperation[];
  /** Why the journal of operations is not known; left out where it is. */
  journalUnread?: string;
  /** What is accepted but odd, a sentence each: printed after "Warning: ". */
  warnings: string[];
  /** Where settings that were given say something else than the cluster, a sentence each: printed in the same way. */
  differences?: string[];
}
