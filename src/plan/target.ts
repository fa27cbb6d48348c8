import type { Block, Family } from '../model/cidr.ts';
import { Failure } from '../model/failure.ts';
import type { SurveyNode } from '../model/survey.ts';
import { highestFree } from '../subnet/pool.ts';
import { type Ground, type Pool, subnetsOf } from './ground.ts';
import { objection } from './wish/check.ts';

/** A node that is there, or one that is lost, with the subnets that it has or had. */
export type Holder = Pick<SurveyNode, 'name' | 'podCIDRs'>;

/** The subnets that a node is to have, in the order of the cluster CIDR, and why. */
export interface Target {
  blocks: Block[];
  reason: string;
}

/**
 * With a wish: the families given are replaced, the node's others stay. Without: families that are faulty or missing get the
 * highest free subnet; where none is, all of them do. The highest, because the range allocator hands out from below and
 * cannot be told of ours beforehand (range_allocator.go:AllocateNext).
 * Throws Failure when the wish cannot be had or no subnet is free.
 */
export function chooseTarget(node: Holder, wish: Block[] | undefined, ground: Ground): Target {
  return wish ? wishedTarget(node, wish, ground) : freeTarget(node, ground);
}

/** What the node had, as far as it may have it; in place of the rest the highest free. Throws Failure when none is free. */
export function formerTarget(node: Holder, ground: Ground): Target {
  const states = ground.pools.map((pool) => familyState(node, pool, ground));
  return {
    blocks: states.map(({ pool, present, fault }) =>
      present && fault === undefined ? present : freeBlock(pool, ground),
    ),
    reason: states.flatMap(({ fault }) => fault ?? []).join('; ') || 'as it was',
  };
}

/**
 * With a wish for a node that is lost: what it had of the other families may be somebody else's by now, so that is judged too, and
 * replaced by the highest free where it is faulty. Throws Failure when the wish cannot be had or no subnet is free.
 */
export function wishedFormerTarget(node: Holder, wish: Block[], ground: Ground): Target {
  const wished = wishedTarget(node, wish, ground);
  const states = wished.blocks.map((block) => ({ block, fault: objection(block, node.name, ground) }));
  return {
    blocks: states.map(({ block, fault }) => {
      const pool = ground.pools.find(({ cluster }) => cluster.family === block.family);
      return fault === undefined || !pool ? block : freeBlock(pool, ground);
    }),
    reason: [wished.reason, ...states.flatMap(({ fault }) => fault ?? [])].join('; '),
  };
}

function wishedTarget(node: Holder, wish: Block[], ground: Ground): Target {
  for (const block of wish) {
    const reason = objection(block, node.name, ground);
    if (reason) throw new Failure(`${node.name} cannot have ${block.text}: ${reason}`);
  }
  const kept = subnetsOf(node).filter((block) => !wish.some(({ family }) => family === block.family));
  const blocks = ground.pools.flatMap(
    ({ cluster }) => [...wish, ...kept].find(({ family }) => family === cluster.family) ?? [],
  );
  const gap = ground.pools.find(
    ({ cluster }, index) => index < blocks.length && blocks[index]?.family !== cluster.family,
  );
  if (gap) {
    const { family, text } = gap.cluster;
    throw new Failure(`${node.name} has no ${family} subnet, and ${text} comes first in the cluster CIDR`, {
      hint: `give it one too: ${node.name}=${family === 'IPv4' ? 'IPV4-CIDR,IPV6-CIDR' : 'IPV6-CIDR,IPV4-CIDR'}`,
    });
  }
  return { blocks, reason: 'asked for' };
}

function freeTarget(node: Holder, ground: Ground): Target {
  const states = ground.pools.map((pool) => familyState(node, pool, ground));
  const faults = states.filter(({ fault }) => fault !== undefined);
  const blocks = states.map(({ pool, present, fault }) =>
    present && faults.length > 0 && fault === undefined ? present : freeBlock(pool, ground),
  );
  return { blocks, reason: faults.map(({ fault }) => fault).join('; ') || 'asked for' };
}

/** A family of a node: its subnet as it is, and what is wrong with it. */
function familyState(node: Holder, pool: Pool, ground: Ground) {
  const present = ofFamily(node, pool.cluster.family);
  if (!present)
    return { pool, present, fault: node.podCIDRs.length === 0 ? 'no subnet' : `no ${pool.cluster.family} subnet` };
  return { pool, present, fault: objection(present, node.name, ground) };
}

function ofFamily(node: Holder, family: Family): Block | undefined {
  return subnetsOf(node).find((block) => block.family === family);
}

function freeBlock(pool: Pool, ground: Ground): Block {
  const taken = ground.inUse.map(({ block }) => block);
  const block = highestFree(pool.cluster, pool.mask, taken);
  if (block) return block;
  throw new Failure(`no free /${pool.mask} is left in the cluster CIDR ${pool.cluster.text}`, {
    hint: 'remove nodes that are gone, or widen the cluster CIDR',
  });
}
