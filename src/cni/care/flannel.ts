import type { NodeFacts, NodeLink, NodeRoute } from '../../model/node-facts.ts';
import { areOf, type CNICare, givenUp, isSameAddress, routesTo, type SubnetChange } from './care.ts';

const BRIDGE = 'cni0';

/**
 * flannel reads its Node's subnet when it starts, and then writes subnet.env, from which its plugin makes each pod's network
 * (kube.go:AcquireLease, subnet.WriteSubnetFile). The bridge keeps its old address, so no pod can be added until it is gone
 * (bridge.go:ensureAddr; not where forceAddress is set, as in k3s).
 */
export const flannelCare: CNICare = {
  cni: 'flannel',
  restarts: true,
  bridge: BRIDGE,
  shownBy: '/run/flannel/subnet.env',
  routes: true,
  inForce: subnetEnvShows,
  leftovers: (facts, change) => ({ links: staleBridges(facts, change), routes: staleRoutes(facts, change) }),
};

/** True when subnet.env has the node's subnets and no other; one family of two may be switched off in net-conf.json. */
export function subnetEnvShows({ subnetEnv }: NodeFacts, to: string[]): boolean {
  return subnetEnv.known && areOf(to, subnetEnv.value.subnets);
}

/** cni0 with any other address, also one of an earlier life; a bridge by another name only with one of a former subnet. */
function staleBridges({ links }: NodeFacts, change: SubnetChange): string[] {
  if (!links.known) return [];
  const isStale = ({ name, kind, addresses }: NodeLink) =>
    name === BRIDGE
      ? addresses.some((address) => !areOf(change.to, [address]))
      : kind === 'bridge' && addresses.some((address) => areOf(givenUp(change), [address]));
  return links.value.filter(isStale).map(({ name }) => name);
}

/**
 * The flanneld that ran while the Node was created again took its own new subnet for another node's: with host-gw and
 * DirectRouting that route stays, and hides the bridge. Canal's and flannel's --ip-blackhole-route leaves the former subnet's
 * blackhole (rke2#11170).
 */
export function staleRoutes(facts: NodeFacts, change: SubnetChange) {
  return [
    ...routesTo(facts, change.to).filter((route) => leadsToItself(route, facts)),
    ...routesTo(facts, givenUp(change)).filter(({ type }) => type === 'blackhole'),
  ];
}

/** Over an address of the node itself, or over the tunnel; what else somebody has put there is none of ours. */
function leadsToItself({ type, to, via }: NodeRoute, { links }: NodeFacts): boolean {
  if (type !== 'unicast' || via === undefined) return false;
  const own = links.known ? links.value.flatMap(({ addresses }) => addresses) : [];
  return isSameAddress(via, to) || own.some((address) => isSameAddress(via, address));
}
