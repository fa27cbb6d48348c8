/** What reading commands look at beside the Nodes, by the names that `dump` uses for what it could not read. */
export type CollectionName =
  | 'pods'
  | 'controllerManagers'
  | 'journal'
  | 'controllerManagerLogs'
  | 'leaderLease'
  | 'kubeadmConfig'
  | 'kubeProxyConfig'
  | 'flannelConfigs'
  | 'flannelPods'
  | 'cniConfigs'
  | 'daemonSets'
  | 'deployments'
  | 'clusterCIDRs'
  | 'serviceCIDRs'
  | 'events'
  | 'nodeDependents'
  | 'flannelLeases';
