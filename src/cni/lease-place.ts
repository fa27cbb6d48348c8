import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { SurveyNode } from '../model/survey.ts';
import { canonicalAddress } from '../subnet/address.ts';
import { recogniseCNI } from './recognise.ts';

type Deciding = Pick<ClusterFacts, 'flannelLeases' | 'cnis'>;

/**
 * True where flannel's leases in etcd decide about addresses: they were read, and no CNI is installed that follows
 * spec.podCIDR.
 */
export function leasesDecide({ flannelLeases, cnis }: Deciding): boolean {
  return flannelLeases.known && !(cnis.known && cnis.value.some(({ follows }) => follows === 'yes'));
}

/**
 * The nodes with the subnets that their pods have addresses of: their own, or those of the leases that bear one of their addresses
 * as PublicIP, where leases decide. A node without a lease has none then.
 */
export function withPodSubnets(nodes: SurveyNode[], facts: Deciding): SurveyNode[] {
  const { flannelLeases } = facts;
  if (!flannelLeases.known || !leasesDecide(facts)) return nodes;
  const pairs = flannelLeases.value.flatMap((lease) => lease.publicIPs.map((address) => ({ address, lease })));
  const byAddress = Map.groupBy(pairs, ({ address }) => address);
  return nodes.map((node) => {
    const found = node.addresses.flatMap(({ address }) => byAddress.get(canonicalAddress(address) ?? '') ?? []);
    const own = new Set(found.map(({ lease }) => lease));
    return { ...node, podCIDRs: [...own].flatMap(({ subnets }) => subnets.map(({ text }) => text)) };
  });
}

/** True where it is known that pods are to have addresses of `withPodSubnets`: by a CNI that follows spec.podCIDR, or by leases. */
export function subnetsAreFollowed(nodes: SurveyNode[], facts: Deciding): boolean {
  const installed = facts.cnis.known && facts.cnis.value.some(({ follows }) => follows === 'yes');
  return installed || leasesDecide(facts) || nodes.some((node) => recogniseCNI(node)?.follows === 'yes');
}
