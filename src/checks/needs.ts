import type { CollectionName } from '../model/collection.ts';
import type { ClusterCode } from './catalogue.ts';

/** What every report needs: whether the CNI follows subnets at all, and settings where kube-controller-manager is not to be seen. */
const ALL: CollectionName[] = ['daemonSets', 'cniConfigs', 'kubeadmConfig', 'serviceCIDRs'];

/** What codes look at beside Nodes, kube-controller-manager's pods and the journal. */
const NEEDS: Partial<Record<ClusterCode, CollectionName[]>> = {
  SubnetMissing: ['flannelConfigs'],
  SubnetOutsideCNINetwork: ['flannelConfigs'],
  AllocationDisabled: ['clusterCIDRs', 'deployments', 'flannelConfigs'],
  ClusterCIDRMismatch: ['flannelConfigs', 'kubeProxyConfig'],
  ControllerManagerDown: ['leaderLease', 'controllerManagerLogs'],
  AllocatorsConflict: ['clusterCIDRs', 'deployments'],
  CNIIgnoresPodCIDR: ['pods'],
  AllocationFailed: ['events'],
  DependentUnowned: ['nodeDependents'],
  PodStray: ['pods'],
  PodAddressDuplicate: ['pods'],
  PodSandboxFailed: ['pods', 'events', 'flannelPods'],
  FlannelAnnotationsMissing: ['flannelPods'],
  FlannelPublicIPDuplicate: ['flannelPods'],
  FlannelVtepMACDuplicate: ['flannelPods'],
  FlannelBackendMixed: ['flannelPods'],
  FlannelPublicIPForeign: ['flannelPods'],
  FlannelPodFailing: ['flannelPods', 'flannelConfigs'],
  FlannelLeaseStale: ['flannelLeases'],
};

/** What must be read for a report with these codes. */
export function needsOf(codes: readonly ClusterCode[]): CollectionName[] {
  return [...new Set([...ALL, ...codes.flatMap((code) => NEEDS[code] ?? [])])];
}
