import type { CNICare } from './care.ts';

const CONFIG = '/etc/cni/net.d/10-kuberouter.conflist';

/**
 * kube-router adds its Node's subnet to the ranges of its network configuration when it starts, and takes none out
 * (InsertPodCIDRIntoIPAM); its bridge keeps its old address (kube-router#496). So both go before it starts: its init container
 * writes the file anew.
 */
export const kubeRouterCare: CNICare = {
  cni: 'kube-router',
  restarts: true,
  before: { files: [CONFIG], links: ['kube-bridge'] },
  shownBy: CONFIG,
  config: CONFIG,
  routes: false,
  inForce: () => undefined,
};
