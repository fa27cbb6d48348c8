import { coverOf } from '../../subnet/cover.ts';
import type { Standing } from './standing.ts';

/** Nodes of which some must give way: each shares a subnet with another one of them. */
export type Contest = Standing[];

/** Who must move whatever else is chosen, and where there is a choice. */
export interface Sides {
  movers: Standing[];
  contests: Contest[];
}

/**
 * Those that are wrong by themselves move. What cannot be moved is kept, and who overlaps it moves. All others have blocks of
 * one size inside their pool, so that two of them share one whole or nothing of it.
 */
export function takeSides(all: Standing[], mayMove: (standing: Standing) => boolean): Sides {
  const { movable = [], fixed = [] } = Object.groupBy(all, (standing) => (mayMove(standing) ? 'movable' : 'fixed'));
  const isKept = coverOf(fixed.flatMap(({ blocks }) => blocks));
  const mustMove = ({ faults, blocks }: Standing) => faults.length > 0 || blocks.some(isKept);
  return { movers: movable.filter(mustMove), contests: contestsOf(movable.filter((one) => !mustMove(one))) };
}

/** Groups of nodes that are joined by shared subnets, directly or through others. */
function contestsOf(standings: Standing[]): Contest[] {
  const holders = holdersOf(standings);
  const seen = new Set<Standing>();
  return standings.flatMap((first) => {
    if (seen.has(first)) return [];
    const group = [first];
    seen.add(first);
    for (const { blocks } of group) {
      for (const other of blocks.flatMap(({ text }) => holders.get(text) ?? [])) {
        if (seen.has(other)) continue;
        seen.add(other);
        group.push(other);
      }
    }
    return group.length > 1 ? [group] : [];
  });
}

function holdersOf(standings: Standing[]): Map<string, Standing[]> {
  const held = standings.flatMap((standing) => standing.blocks.map(({ text }) => ({ text, standing })));
  const byText = Map.groupBy(held, ({ text }) => text);
  return new Map([...byText].map(([text, holders]) => [text, holders.map(({ standing }) => standing)]));
}

/** True when the two share a subnet. */
export function share(a: Standing, b: Standing): boolean {
  return a.blocks.some(({ text }) => b.blocks.some((other) => other.text === text));
}
