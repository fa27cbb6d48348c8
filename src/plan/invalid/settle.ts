import { compareKeepers, isControlPlane } from '../../model/keeper.ts';
import { type Contest, share } from './contest.ts';
import type { Standing } from './standing.ts';

/** Larger contests than this are settled greedily: trying every set takes time that doubles with each node. */
const MOST_TRIED = 18;

/**
 * Who has to move so that no two of a contest share a subnet: control-plane nodes only where nothing else resolves it, then as
 * few nodes as possible, then those with the fewest pods, then the younger. Exact for nodes that all share one subnet, as every
 * contest of a single-stack cluster is, and for up to 18 dual-stack nodes that are joined in other ways; more of these are
 * settled greedily. `pods` by node name.
 */
export function losers(contest: Contest, pods: ReadonlyMap<string, number>): Standing[] {
  const ranked = contest.toSorted((a, b) => compareKeepers(a.node, b.node, pods));
  if (shareOne(ranked)) return ranked.slice(1);
  const kept = new Set(ranked.length > MOST_TRIED ? greedily(ranked) : best(ranked, pods));
  return ranked.filter((standing) => !kept.has(standing));
}

/** True when there is one subnet that all of them have. */
function shareOne(standings: Standing[]): boolean {
  return standings[0]?.blocks.some(({ text }) => standings.every((one) => holdsText(one, text))) ?? false;
}

function holdsText({ blocks }: Standing, text: string): boolean {
  return blocks.some((block) => block.text === text);
}

/** Those that share with few are kept first. */
function greedily(ranked: Standing[]): Standing[] {
  const rivals = new Map(
    ranked.map((one) => [one, ranked.filter((other) => other !== one && share(one, other)).length]),
  );
  const byRivals = ranked.toSorted(
    (a, b) =>
      Number(isControlPlane(b.node)) - Number(isControlPlane(a.node)) || (rivals.get(a) ?? 0) - (rivals.get(b) ?? 0),
  );
  const kept: Standing[] = [];
  for (const one of byRivals) if (!kept.some((other) => share(one, other))) kept.push(one);
  return kept;
}

/** Worth of a set of keepers; the first difference decides, more is better. */
type Worth = [controlPlane: number, nodes: number, pods: number];

/** Tries every set of keepers; of equal ones the first by rank wins. */
function best(ranked: Standing[], pods: ReadonlyMap<string, number>): Standing[] {
  let found: Standing[] = [];
  let most: Worth = [-1, -1, -1];
  const go = (at: number, kept: Standing[]): void => {
    const one = ranked[at];
    if (!one) {
      const worth = worthOf(kept, pods);
      if (compareWorth(worth, most) > 0) [found, most] = [kept, worth];
      return;
    }
    const free = !kept.some((other) => share(one, other));
    if (free) go(at + 1, [...kept, one]);
    // Leaving out one that hinders nobody is never better.
    if (!free || ranked.slice(at + 1).some((other) => share(one, other))) go(at + 1, kept);
  };
  go(0, []);
  return found;
}

function worthOf(kept: Standing[], pods: ReadonlyMap<string, number>): Worth {
  const total = kept.reduce((sum, { node }) => sum + (pods.get(node.name) ?? 0), 0);
  return [kept.filter(({ node }) => isControlPlane(node)).length, kept.length, total];
}

function compareWorth(a: Worth, b: Worth): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
