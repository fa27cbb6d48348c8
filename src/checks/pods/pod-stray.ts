import { addressesIgnoreSubnets, isOnPodNetwork, strayAddresses, strayShare } from '../../cni/address-place.ts';
import { compareText, count } from '../../model/text.ts';
import type { Judge } from '../check.ts';
import { podName, renewalNotes, renewPods } from './pod-remedy.ts';

/**
 * Running pods on the pod network with an address outside their node's subnet: one finding a node. Where most pods of most nodes
 * stray, and no CNI is known to follow spec.podCIDR, CNIIgnoresPodCIDR is concluded instead.
 */
export const judgePodStray: Judge = ({ survey, places }) => {
  const { pods } = survey;
  if (!pods.known) return { skipped: pods.reason };
  const stray = pods.value
    .filter((pod) => isOnPodNetwork(pod))
    .flatMap((pod) => {
      const addresses = strayAddresses(pod, places);
      return addresses.length > 0 ? [{ pod, addresses }] : [];
    });
  const ofMost = addressesIgnoreSubnets(strayShare(pods.value, places));
  return {
    findings: [...Map.groupBy(stray, ({ pod }) => pod.node)].map(([node, own]) => {
      const subnets = places.get(node)?.texts.join(',') ?? '';
      // Where most stray, the rows of a table were enough, and they have no namespaces.
      const named = own.filter(({ pod }) => pod.namespace !== '');
      const renewed = ofMost ? [] : named.map(({ pod }) => pod);
      return {
        severity: 'error' as const,
        nodes: [node],
        subject: { kind: 'Node', name: node },
        message: `${node}: ${count(own.length, 'pod')} ${own.length === 1 ? 'has an address' : 'have addresses'} outside its subnet ${subnets}`,
        evidence: [
          ...own
            .map(({ pod, addresses }) => `${named.length > 0 ? podName(pod) : pod.name}: ${addresses.join(', ')}`)
            .sort(compareText),
          ...renewalNotes(renewed),
        ],
        remedy:
          renewed.length === 0
            ? `kubectl get pods -A --field-selector=spec.nodeName=${node} -o wide`
            : renewPods(renewed),
      };
    }),
  };
};
