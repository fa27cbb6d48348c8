import type { Block } from '../../model/cidr.ts';
import { freeBlocks } from '../../subnet/pool.ts';
import type { Ground, Pool } from '../ground.ts';
import type { Mover, Ordered } from './mover.ts';
import type { Holdings } from './room.ts';

/** So many states are looked at: enough to try everything where a handful of nodes wait for one another, a moment's work. */
const MOST_STATES = 10_000;

/** Of each pool so many free subnets are tried for one node, the highest first. In a full pool there are not more. */
const MOST_BLOCKS = 8;

/**
 * Tries orders and subnets until all movers have one, or all has been tried, or the time is up. Returns moves that place more than
 * `least` movers, the most that were found; undefined where there are none.
 */
export function searchOrder(
  movers: Mover[],
  { pools, inUse }: Ground,
  before: Holdings,
  least: number,
): Ordered['placed'] | undefined {
  const obstacles = inUse.filter(({ node }) => node === undefined).map(({ block }) => block);
  const holdings = new Map(before);
  const seen = new Set<string>();
  const path: Ordered['placed'] = [];
  let most = least;
  let found: Ordered['placed'] | undefined;
  const go = (waiting: Mover[]): void => {
    if (path.length > most) {
      most = path.length;
      found = [...path];
    }
    if (path.length + waiting.length <= most || seen.size >= MOST_STATES) return;
    const state = stateOf(movers, waiting, holdings);
    if (seen.has(state)) return;
    seen.add(state);
    for (const mover of waiting) {
      const former = holdings.get(mover.name) ?? [];
      const others = [...holdings].flatMap(([name, blocks]) => (name === mover.name ? [] : blocks));
      for (const blocks of choices(mover, pools, [...obstacles, ...others])) {
        holdings.set(mover.name, blocks);
        path.push({ name: mover.name, blocks });
        go(waiting.filter((other) => other !== mover));
        path.pop();
        holdings.set(mover.name, former);
        if (most === movers.length) return;
      }
    }
  };
  go([...movers].sort((a, b) => Number(a.controlPlane) - Number(b.controlPlane)));
  return found;
}

/** Who waits, and what the movers hold: everything else stays as it is. */
function stateOf(movers: Mover[], waiting: Mover[], holdings: Holdings): string {
  const held = movers.map(({ name }) => (holdings.get(name) ?? []).map(({ text }) => text).join(','));
  return `${waiting.map(({ name }) => name).join(',')} ${held.join(' ')}`;
}

/** What a node may be given now, a subnet of each pool. */
function choices({ kept }: Mover, pools: Pool[], taken: Block[]): Block[][] {
  return pools.reduce<Block[][]>(
    (chosen, pool, index) => {
      const own = kept[index];
      const free = own ? [own] : highestFew(pool, taken);
      return chosen.flatMap((blocks) => free.map((block) => [...blocks, block]));
    },
    [[]],
  );
}

function highestFew({ cluster, mask }: Pool, taken: Block[]): Block[] {
  const few: Block[] = [];
  for (const block of freeBlocks(cluster, mask, taken)) {
    few.push(block);
    if (few.length === MOST_BLOCKS) break;
  }
  return few;
}
