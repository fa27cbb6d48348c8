import type { SurveyNode } from '../model/survey.ts';
import type { VerifySubject } from '../model/verification.ts';

/** Nodes whose pods are to reach one another. */
export interface VerifyGroup {
  /** The node that is verified comes first. */
  nodes: string[];
  /** Both directions of each pair that no earlier group has. */
  pairs: [from: string, to: string][];
}

/** A subnet that lies around many others has many twins: so many of each node are reached for. */
const MOST_TWINS = 2;

/** A node, its twin, and one that has nothing to do with it: peers are who lose routes. */
const LEAST = 3;

/**
 * The pairs of nodes whose pods are to reach each other: each node with its twins and a third node, the same one for all where that
 * is possible. Where no twin is known the next of the nodes stands in for it. Not every pair: n nodes have n² of them.
 * `able`: true for nodes on which a pod can be tried; a third node is one of these if there is any.
 */
export function verifyGroups(
  subjects: VerifySubject[],
  nodes: SurveyNode[],
  able: (node: string) => boolean,
): VerifyGroup[] {
  const there = new Set(nodes.map(({ name }) => name));
  const present = subjects.filter(({ node }) => there.has(node));
  const concerned = new Set(present.flatMap(({ node, twins }) => [node, ...twins]));
  // In a small cluster every node may be concerned, and where no pod can be tried that is to be said of pairs.
  const rank = (name: string) => (able(name) ? 0 : 2) + (concerned.has(name) ? 1 : 0);
  const thirds = standers(nodes).sort((a, b) => rank(a) - rank(b));
  const taken = new Set<string>();
  return present.map(({ node, twins }, index) => {
    const known = twins.filter((twin) => twin !== node && there.has(twin)).slice(0, MOST_TWINS);
    const next = present[(index + 1) % present.length]?.node ?? node;
    const members = new Set([node, ...(known.length > 0 ? known : [next])]);
    const least = Math.max(LEAST, members.size + 1);
    for (const name of thirds) {
      if (members.size >= least) break;
      members.add(name);
    }
    // Between others only what a twin's peers may have lost: its route, when the node gave the subnet up.
    const counts = new Set([node, ...known]);
    return { nodes: [...members], pairs: pairsOf([...members], counts, taken) };
  });
}

function pairsOf(members: string[], counts: ReadonlySet<string>, taken: Set<string>): VerifyGroup['pairs'] {
  return members.flatMap((from) =>
    members.flatMap((to): VerifyGroup['pairs'] => {
      const key = `${from} ${to}`;
      if (from === to || taken.has(key) || !(counts.has(from) || counts.has(to))) return [];
      taken.add(key);
      return [[from, to]];
    }),
  );
}

/** Names of nodes that may stand by, workers before control planes. A sick one would blame the one that is verified. */
function standers(nodes: SurveyNode[]): string[] {
  const holders = new Map<string, number>();
  for (const { podCIDRs } of nodes) for (const text of podCIDRs) holders.set(text, (holders.get(text) ?? 0) + 1);
  const fit = nodes.filter(
    ({ ready, deleting, podCIDRs }) =>
      ready === 'True' && !deleting && podCIDRs.length > 0 && podCIDRs.every((text) => holders.get(text) === 1),
  );
  const isControlPlane = ({ labels }: SurveyNode) => 'node-role.kubernetes.io/control-plane' in labels;
  return [...fit.filter((node) => !isControlPlane(node)), ...fit.filter(isControlPlane)].map(({ name }) => name);
}
