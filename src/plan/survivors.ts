import { ANNOUNCING, OWN_ANNOUNCEMENT } from '../cni/announcement.ts';
import type { Block } from '../model/cidr.ts';
import type { Survivor } from '../model/operation.ts';
import { blockAt, overlaps } from '../subnet/block.ts';
import { readableBlocks } from '../subnet/parse.ts';
import type { Pool } from './ground.ts';

/** What decides whether another node loses something with this one's subnets. */
interface Giver {
  node: string;
  from: string[];
  to: string[];
}

/** Another node, as far as it matters here. */
interface Neighbour {
  uid: string;
  podCIDRs: string[];
  annotations: Record<string, string>;
}

/**
 * The other nodes that lose something when this one gives its subnets up: peers drop their route (kubernetes#127792), and the
 * range allocator frees their bit. It frees what overlaps, and at least a block of the node mask
 * (cidr_set.go:getBeginningAndEndIndices). What the node keeps is taken again when it comes back. Ordered by name.
 */
export function findSurvivors(
  { node, from, to }: Giver,
  nodes: ReadonlyMap<string, Neighbour>,
  pools: Pool[],
): Survivor[] {
  const freed = readableBlocks(from.filter((text) => !to.includes(text))).map((block) => widened(block, pools));
  if (freed.length === 0) return [];
  return [...nodes]
    .filter(([name, { podCIDRs }]) => {
      return name !== node && readableBlocks(podCIDRs).some((block) => freed.some((one) => overlaps(one, block)));
    })
    .map(([name, { uid, annotations }]) => {
      return { node: name, uid, annotations: announcing(annotations) };
    })
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

/**
 * Survivors of this swap and of an earlier one of the same move: those keep the value of before, for what is read now may be
 * our own announcement.
 */
export function withFormer(former: Survivor[], found: Survivor[]): Survivor[] {
  const known = new Set(former.map(({ uid }) => uid));
  return [...former, ...found.filter(({ uid }) => !known.has(uid))];
}

/** What is rewritten to announce a node with these annotations, with the values of now. */
export function announcing(annotations: Record<string, string | undefined>): Survivor['annotations'] {
  const known = ANNOUNCING.flatMap((key) => {
    const value = annotations[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return known.length > 0 ? Object.fromEntries(known) : { [OWN_ANNOUNCEMENT]: null };
}

/** A subnet smaller than the node mask stands for the whole bit that it lies in. */
function widened(block: Block, pools: Pool[]): Block {
  const mask = pools.find(({ cluster }) => overlaps(cluster, block))?.mask;
  return mask !== undefined && block.prefix > mask ? blockAt(block.family, block.first, mask) : block;
}
