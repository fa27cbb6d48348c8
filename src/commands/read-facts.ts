import type { CNIPod } from '../host/cni-pods.ts';
import { readNodeFacts } from '../host/facts.ts';
import { openShell, type ShellOptions } from '../host/open-shell.ts';
import { sideBySide } from '../kube/side-by-side.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import { podsOfNode } from '../survey/node-pods.ts';

/** Nodes that are looked at at a time: each has at most one helper pod and one exec. */
const AT_ONCE = 20;

/** What was read on one node, or why nothing was. */
export type Look =
  | { node: string; facts: NodeFacts; agents: CNIPod[]; podAddresses: string[] | undefined }
  | { node: string; error: Error };

export interface LookOptions extends Omit<ShellOptions, 'pods'> {
  stopping(): boolean;
  /** Called after each node. */
  done(): void;
}

/**
 * Reads the facts of nodes, twenty at a time. What fails on one node is said for it; what is not an expected failure is thrown
 * too, once those on the way have ended. Nodes that are not begun when the operator wants to stop are left out.
 */
export async function readFacts(wire: Wire, nodes: string[], agents: CNIPod[], options: LookOptions): Promise<Look[]> {
  const byNode = Map.groupBy(agents, ({ node }) => node);
  const looks = await sideBySide(
    nodes,
    async (node) => {
      if (options.stopping()) return [];
      const look = await lookAt(wire, node, { ...options, pods: byNode.get(node) ?? [] });
      options.done();
      return [look];
    },
    AT_ONCE,
  );
  return looks.flat();
}

async function lookAt(wire: Wire, node: string, options: ShellOptions): Promise<Look> {
  try {
    const shell = await openShell(wire, node, options);
    try {
      const facts = await readNodeFacts(shell);
      return { node, facts, agents: options.pods, podAddresses: await podAddressesFor(facts, wire, node) };
    } finally {
      await shell.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { node, error };
  }
}

/** Only where they are compared with something: what host-local holds. */
async function podAddressesFor({ hostLocal }: NodeFacts, wire: Wire, node: string): Promise<string[] | undefined> {
  if (!hostLocal.known) return undefined;
  const pods = await podsOfNode(wire, node);
  return pods.filter(({ hostNetwork, finished }) => !hostNetwork && !finished).flatMap(({ addresses }) => addresses);
}
