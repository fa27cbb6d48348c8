import type { CNICare } from './care.ts';

const CONFIG = '/etc/cni/net.d/10-kindnet.conflist';

/** kindnet looks at the Nodes every 10 s and writes its network configuration anew; peers keep a route that is no longer true. */
export const kindnetCare: CNICare = {
  cni: 'kindnet',
  restarts: false,
  shownBy: CONFIG,
  config: CONFIG,
  routes: true,
  inForce: () => undefined,
};
