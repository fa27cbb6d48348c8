import { agentsAmong, type CNIPod } from '../host/cni-pods.ts';
import { listNodePods } from '../kube/objects/pods.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { type CarePod, readCarePod } from '../plan/care/pod.ts';

/** What runs on one node. */
export interface NodeView {
  pods: CarePod[];
  /** The pods of its CNIs. */
  agents: CNIPod[];
}

/** Reads what runs on a node; undefined when its pods may not be read. Throws WireError, Failure. */
export async function viewNode(wire: Wire, node: string): Promise<NodeView | undefined> {
  try {
    const pods = await listNodePods(wire, node, '');
    return { pods: pods.map(readCarePod), agents: agentsAmong(pods) };
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
