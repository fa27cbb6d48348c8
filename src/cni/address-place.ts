import type { Block } from '../model/cidr.ts';
import type { SurveyNode, SurveyPod } from '../model/survey.ts';
import { readAddress } from '../subnet/address.ts';
import { holds } from '../subnet/block.ts';
import { readableBlocks } from '../subnet/parse.ts';

/** Where a node's pods may have addresses, and its own. */
interface NodePlace {
  blocks: Block[];
  /** The same as written. */
  texts: string[];
  own: ReadonlySet<string>;
}

export type Places = ReadonlyMap<string, NodePlace>;

export function placesOf(nodes: SurveyNode[]): Places {
  return new Map(
    nodes.map(({ name, podCIDRs, addresses }) => [
      name,
      { blocks: readableBlocks(podCIDRs), texts: podCIDRs, own: new Set(addresses.map(({ address }) => address)) },
    ]),
  );
}

/** The pod is on the pod network and uses an address: what can be judged. */
export function isOnPodNetwork({ hostNetwork, finished, deleting, running, addresses }: SurveyPod): boolean {
  return !hostNetwork && !finished && !deleting && running !== false && addresses.length > 0;
}

/**
 * The pod's addresses that lie in none of its node's subnets though the node has one of that family. None for a pod of a node
 * that is not there, or has no readable subnet of the family.
 */
export function strayAddresses({ node, addresses }: SurveyPod, places: Places): string[] {
  const place = places.get(node);
  if (!place) return [];
  return addresses.filter((text) => {
    const address = readAddress(text);
    const family = place.blocks.filter((block) => block.family === address?.family);
    return address !== undefined && family.length > 0 && !family.some((block) => holds(block, address));
  });
}

/** How many pods of how many nodes stray, for the nodes that have pods to judge. */
export interface StrayShare {
  nodes: number;
  strayNodes: number;
  pods: number;
  strayPods: number;
}

/** A node counts as stray when most of its pods are. */
export function strayShare(pods: SurveyPod[], places: Places): StrayShare {
  const share = { nodes: 0, strayNodes: 0, pods: 0, strayPods: 0 };
  const judged = pods.filter((pod) => isOnPodNetwork(pod) && (places.get(pod.node)?.blocks.length ?? 0) > 0);
  for (const [, own] of Map.groupBy(judged, ({ node }) => node)) {
    const stray = own.filter((pod) => strayAddresses(pod, places).length > 0).length;
    share.nodes += 1;
    share.pods += own.length;
    share.strayPods += stray;
    if (stray * 2 > own.length) share.strayNodes += 1;
  }
  return share;
}

/** Most pods of most nodes stray, and more than a handful: their addresses come from elsewhere. */
export function addressesIgnoreSubnets({ nodes, strayNodes, strayPods }: StrayShare): boolean {
  return strayNodes * 2 > nodes && nodes >= 2 && strayPods >= 4;
}
