import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { podsOfNode } from '../survey/node-pods.ts';

/** Requests that are under way at the same time. */
const AT_ONCE = 16;

/** Pods on the pod network of these nodes, by name; undefined when they may not be read. Throws WireError, Failure. */
export async function podCounts(wire: Wire, nodes: string[]): Promise<ReadonlyMap<string, number> | undefined> {
  const counts = new Map<string, number>();
  for (let from = 0; from < nodes.length; from += AT_ONCE) {
    const some = nodes.slice(from, from + AT_ONCE);
    const found = await Promise.all(some.map((node) => countPods(wire, node)));
    if (found.includes(undefined)) return undefined;
    for (const [index, name] of some.entries()) counts.set(name, found[index] ?? 0);
  }
  return counts;
}

/** Pods of a node on the pod network; undefined when they may not be read. Throws WireError, Failure. */
async function countPods(wire: Wire, node: string): Promise<number | undefined> {
  try {
    const pods = await podsOfNode(wire, node);
    return pods.filter(({ hostNetwork, finished }) => !hostNetwork && !finished).length;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
