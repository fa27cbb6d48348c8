import type { Block } from '../../model/cidr.ts';
import { blockAt, contains } from '../../subnet/block.ts';
import { freeBlocks, highestFree } from '../../subnet/pool.ts';
import type { Pool } from '../ground.ts';

/** What each node holds, by name; the nodes' subnets change as moves are planned. */
export type Holdings = Map<string, readonly Block[]>;

/**
 * One pool's free subnets as the moves of a plan use them up. `obstacles` are held by no node: service ranges, node addresses.
 */
export class Room {
  readonly pool: Pool;
  readonly #obstacles: Block[];
  readonly #fresh: Generator<Block, undefined>;
  #next: Block | undefined;

  constructor(pool: Pool, obstacles: Block[], holdings: Holdings) {
    this.pool = pool;
    this.#obstacles = obstacles;
    this.#fresh = freeBlocks(pool.cluster, pool.mask, [...obstacles, ...[...holdings.values()].flat()]);
    this.#next = this.#fresh.next().value;
  }

  /**
   * A subnet that is free when all moves before this one are done: the highest that no node has had since the plan began; else
   * one inside the node's own present block, or around it where that one is too small; else the highest that an earlier move
   * has given up. Undefined when there is none.
   */
  find(node: string, holdings: Holdings): Block | undefined {
    if (this.#next) return this.#next;
    const others = [...holdings].flatMap(([name, blocks]) => (name === node ? [] : blocks));
    const taken = [...this.#obstacles, ...others];
    for (const block of holdings.get(node) ?? []) {
      const own = ownRegion(block, this.pool);
      const inside = own && highestFree(own, this.pool.mask, taken);
      if (inside) return inside;
    }
    return highestFree(this.pool.cluster, this.pool.mask, taken);
  }

  /** The block was given to a node. */
  give(block: Block): void {
    if (block === this.#next) this.#next = this.#fresh.next().value;
  }
}

/** Where a node's own block leaves room for a subnet of the right size; undefined outside of the pool. */
export function ownRegion(block: Block, { cluster, mask }: Pool): Block | undefined {
  if (block.family !== cluster.family) return undefined;
  const region = block.prefix <= mask ? block : blockAt(block.family, block.first, mask);
  if (contains(cluster, region)) return region;
  return contains(region, cluster) ? cluster : undefined;
}
