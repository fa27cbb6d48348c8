/** A CNI's agent: the DaemonSet whose pod on a node gives the node's pods their addresses. */
export interface CNIAgent {
  /** flannel, canal, … */
  cni: string;
  /** DaemonSets by name, as the projects' manifests and the distributions name them. */
  daemonSet: RegExp;
  /** The container with the network tools (ip, bridge, iptables) and the rights of the host's network, by name. */
  container: string;
}

/** Agents of the CNIs that follow spec.podCIDR. The first that fits counts. */
export const CNI_AGENTS: readonly CNIAgent[] = [
  { cni: 'flannel', daemonSet: /^(kube|rke2)-flannel(-ds(-\w+)?)?$/, container: 'kube-flannel' },
  { cni: 'canal', daemonSet: /^(rke2-)?canal$/, container: 'kube-flannel' },
  { cni: 'kindnet', daemonSet: /^kindnet$/, container: 'kindnet-cni' },
  { cni: 'kube-router', daemonSet: /^kube-router$/, container: 'kube-router' },
  { cni: 'antrea', daemonSet: /^antrea-agent$/, container: 'antrea-agent' },
  { cni: 'cilium', daemonSet: /^cilium$/, container: 'cilium-agent' },
];
