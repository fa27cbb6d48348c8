import { areOf, type CNICare, linkAddresses } from './care.ts';

/** antrea reads its Node's subnet when its agent starts, and gives its gateway the new address (agent.go:initK8sNodeLocalConfig). */
export const antreaCare: CNICare = {
  cni: 'antrea',
  restarts: true,
  shownBy: 'ip addr show antrea-gw0',
  routes: false,
  inForce(facts, to) {
    const addresses = linkAddresses(facts, 'antrea-gw0');
    return addresses && areOf(to, addresses);
  },
};
