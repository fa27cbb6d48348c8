import type { Block } from '../../model/cidr.ts';
import { compare, contains } from '../../subnet/block.ts';

/** The nodes that share an address with another node. Sorted once: blocks nest or are apart. */
export function conflictingNodes(held: { name: string; block: Block }[]): Set<string> {
  const found = new Set<string>();
  const around: { name: string; block: Block }[] = [];
  for (const one of held.toSorted((a, b) => compare(a.block, b.block))) {
    while (around.length > 0 && !contains(around.at(-1)?.block ?? one.block, one.block)) around.pop();
    // Where two different nodes lie around, both are found already.
    const other = around.findLast(({ name }) => name !== one.name);
    if (other) found.add(one.name).add(other.name);
    around.push(one);
  }
  return found;
}
