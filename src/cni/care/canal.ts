import type { CNICare } from './care.ts';
import { flannelCare, staleRoutes, subnetEnvShows } from './flannel.ts';

/** canal: flannel for the routes, calico's plugin for the pods: it reads the Node each time, and needs no bridge. */
export const canalCare: CNICare = {
  cni: 'canal',
  restarts: true,
  shownBy: flannelCare.shownBy,
  routes: true,
  inForce: subnetEnvShows,
  leftovers: (facts, change) => ({ links: [], routes: staleRoutes(facts, change) }),
};
