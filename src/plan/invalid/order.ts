import type { Block } from '../../model/cidr.ts';
import { compareText } from '../../model/text.ts';
import { overlaps } from '../../subnet/block.ts';
import type { Ground } from '../ground.ts';
import type { Mover, Ordered } from './mover.ts';
import { type Holdings, ownRegion, Room } from './room.ts';
import { searchOrder } from './search.ts';

/**
 * Orders the moves so that each subnet is free when its turn comes: by name, control-plane nodes last; one of these goes earlier
 * only where a worker waits for what it gives up. Where subnets are short, those go first that give up room or can do with
 * their own, fewest neighbours first; where that is not enough either, orders are tried out.
 */
export function orderMoves(movers: Mover[], ground: Ground, holdings: Holdings): Ordered {
  const byName = movers.toSorted((a, b) => compareText(a.name, b.name));
  const plain = place(byName, ground, holdings);
  if (plain.stuck.length === 0) return plain;
  const thrifty = place(thriftily(byName, ground, holdings), ground, holdings);
  const better = thrifty.placed.length > plain.placed.length ? thrifty : plain;
  if (better.stuck.length === 0) return better;
  const placed = searchOrder(byName, ground, holdings, better.placed.length);
  if (!placed) return better;
  const done = new Set(placed.map(({ name }) => name));
  return { placed, stuck: better.stuck.filter(({ name }) => !done.has(name)).concat(newlyStuck(better, placed)) };
}

/** Who had a subnet in the greedy order, and has none in the one that was found. */
function newlyStuck({ placed, stuck }: Ordered, found: Ordered['placed']): Ordered['stuck'] {
  const done = new Set(found.map(({ name }) => name));
  const pool = stuck[0]?.pool;
  return placed.filter(({ name }) => !done.has(name)).map(({ name }) => ({ name, pool }));
}

function place(movers: Mover[], { pools, inUse }: Ground, before: Holdings): Ordered {
  const holdings = new Map(before);
  const obstacles = inUse.filter(({ node }) => node === undefined).map(({ block }) => block);
  const rooms = pools.map((pool) => new Room(pool, obstacles, holdings));
  const placed: Ordered['placed'] = [];
  const tryOne = (mover: Mover): boolean => {
    const blocks = mover.kept.map((kept, index) => kept ?? rooms[index]?.find(mover.name, holdings));
    if (!isWhole(blocks)) return false;
    for (const [index, block] of blocks.entries()) rooms[index]?.give(block);
    holdings.set(mover.name, blocks);
    placed.push({ name: mover.name, blocks });
    return true;
  };
  let workers = movers.filter(({ controlPlane }) => !controlPlane);
  let others = movers.filter(({ controlPlane }) => controlPlane);
  for (;;) {
    const waiting = workers.filter((mover) => !tryOne(mover));
    const went = workers.length - waiting.length;
    workers = waiting;
    if (went > 0 && waiting.length > 0) continue;
    const next = others.find(tryOne);
    if (!next) break;
    others = others.filter((mover) => mover !== next);
  }
  const stuck = [...workers, ...others].map(({ name, kept }) => {
    const full = rooms.find((room, index) => kept[index] === undefined && !room.find(name, holdings));
    return { name, pool: full?.pool };
  });
  return { placed, stuck };
}

function isWhole(blocks: (Block | undefined)[]): blocks is Block[] {
  return blocks.every((block) => block !== undefined);
}

/** By the number of other nodes that are in the way of a subnet in the node's own block; neighbours stay together. */
function thriftily(movers: Mover[], { pools }: Ground, holdings: Holdings): Mover[] {
  const held = [...holdings].flatMap(([name, blocks]) => blocks.map((block) => ({ name, block })));
  const keyed = movers.map((mover) => {
    const [own] = mover.blocks.flatMap((block) => pools.flatMap((pool) => ownRegion(block, pool) ?? []));
    const others = held.filter(({ name, block }) => own && name !== mover.name && overlaps(block, own));
    return { mover, neighbours: own ? others.length : Number.POSITIVE_INFINITY, own: own?.text ?? '' };
  });
  const sorted = keyed.sort(
    (a, b) =>
      (a.neighbours === b.neighbours ? 0 : a.neighbours - b.neighbours) ||
      compareText(a.own, b.own) ||
      compareText(a.mover.name, b.mover.name),
  );
  return sorted.map(({ mover }) => mover);
}
