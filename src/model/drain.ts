/** How a node is drained, by the names of kubectl drain's flags. */
export interface DrainOptions {
  deleteEmptydirData: boolean;
  ignoreDaemonsets: boolean;
  force: boolean;
  disableEviction: boolean;
  /** Seconds; -1: each pod's own. */
  gracePeriod: number;
  /** Longest wait for one node's pods to go, in milliseconds; always finite. */
  timeout: number;
  /** Label selector; '' drains all. */
  podSelector: string;
  /** Pods whose deletion began longer ago than this are not waited for, in seconds; 0: all are. */
  skipWaitForDeleteTimeout: number;
}
