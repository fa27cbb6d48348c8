import type { Block } from '../model/cidr.ts';
import { compare, overlaps } from './block.ts';
import { outermost } from './pool.ts';

/** Returns a question that is answered in logarithmic time: does this block share an address with any of `blocks`? */
export function coverOf(blocks: Block[]): (block: Block) => boolean {
  const outer = outermost(blocks);
  return (block) => {
    let low = 0;
    let high = outer.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = outer[middle];
      if (at && compare(at, block) <= 0) low = middle + 1;
      else high = middle;
    }
    // Blocks nest or are apart: the one that begins before it, or the first that begins inside it.
    return [outer[low - 1], outer[low]].some((near) => near !== undefined && overlaps(near, block));
  };
}
