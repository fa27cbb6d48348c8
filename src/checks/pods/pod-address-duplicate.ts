import { isOnPodNetwork, strayAddresses } from '../../cni/address-place.ts';
import type { SurveyPod } from '../../model/survey.ts';
import { compareText, count } from '../../model/text.ts';
import { readAddress } from '../../subnet/address.ts';
import { holds } from '../../subnet/block.ts';
import type { Judge } from '../check.ts';
import type { View } from '../view.ts';
import { podName, renewalNotes, renewPods } from './pod-remedy.ts';

/**
 * Running pods with one address: one finding an address. Where the nodes' subnets overlap there, or a pod strays, that is the
 * cause and told as such.
 */
export const judgePodAddressDuplicate: Judge = (view) => {
  const { pods } = view.survey;
  if (!pods.known) return { skipped: pods.reason };
  const held = pods.value
    .filter(isOnPodNetwork)
    .flatMap((pod) => [...new Set(pod.addresses)].map((address) => ({ pod, address })));
  const twins = [...Map.groupBy(held, ({ address }) => address)].filter(([, holders]) => holders.length > 1);
  return {
    findings: twins
      .map(([address, holders]) => ({ address, pods: holders.map(({ pod }) => pod) }))
      .filter((twin) => !isExplained(view, twin.address, twin.pods))
      .map(({ address, pods: holders }) => {
        const nodes = [...new Set(holders.map(({ node }) => node))].sort(compareText);
        const sorted = [...holders].sort((a, b) => compareText(podName(a), podName(b)));
        // The one that is hardest to renew keeps the address.
        const keeper = sorted.find(({ mirror }) => mirror) ?? sorted.find(({ controlled }) => !controlled) ?? sorted[0];
        const renewed = sorted.filter((pod) => pod !== keeper);
        return {
          severity: 'error' as const,
          nodes,
          subject: { kind: 'Address', name: address },
          message: `${count(holders.length, 'pod')} have the same address ${address}`,
          evidence: [...sorted.map((pod) => `${podName(pod)} on ${pod.node}`), ...renewalNotes(renewed)],
          remedy: renewPods(renewed),
        };
      }),
  };
};

function isExplained({ places }: View, text: string, pods: SurveyPod[]): boolean {
  if (pods.some((pod) => strayAddresses(pod, places).length > 0)) return true;
  const address = readAddress(text);
  const nodes = [...new Set(pods.map(({ node }) => node))];
  if (nodes.length < 2 || address === undefined) return false;
  return nodes.every((node) => places.get(node)?.blocks.some((block) => holds(block, address)));
}
