import { listNodePods, listPodsAt } from '../kube/objects/pods.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { RawObject } from '../model/json.ts';
import type { SurveyNode } from '../model/survey.ts';
import { allInOrder } from './all-in-order.ts';
import { COLLECTIONS } from './collections.ts';
import { keepPod } from './keep.ts';
import { readNode } from './nodes.ts';

/** The pods that have these addresses (canonical text), or those of the nodes that the question is answered yes for. */
export type PartOfPods = { addresses: string[] } | { onNodes: (node: SurveyNode) => boolean };

/** Nodes whose pods are asked for one by one; for more, all pods at once cost less. */
const MOST_NODES = 16;

/** Reads a part of the pods, or all where that costs less. Throws ApiError, WireError, Failure. */
export async function readPartOfPods(
  wire: Wire,
  part: PartOfPods,
  nodes: Promise<{ items: RawObject[] }>,
): Promise<RawObject[]> {
  if ('addresses' in part) return readPodsAt(wire, part.addresses);
  const chosen = (await nodes).items.map(readNode).filter(part.onNodes);
  if (chosen.length > MOST_NODES) return COLLECTIONS.pods.read(wire);
  const pods = await allInOrder(chosen.map(({ name }) => listNodePods(wire, name, '')));
  return pods.flat().map(keepPod);
}

/** The server finds pods by their first address only: for one of the second family all pods are looked through. */
async function readPodsAt(wire: Wire, addresses: string[]): Promise<RawObject[]> {
  const found = await allInOrder(addresses.map((address) => listPodsAt(wire, address)));
  return found.some((pods) => pods.length === 0) ? COLLECTIONS.pods.read(wire) : found.flat().map(keepPod);
}
