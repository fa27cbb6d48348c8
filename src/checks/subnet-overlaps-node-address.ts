import type { Block } from '../model/cidr.ts';
import { type Address, readAddress } from '../subnet/address.ts';
import type { Judge } from './check.ts';
import { reassign } from './remedy.ts';
import type { View } from './view.ts';

/** One finding per subnet says at most this many addresses: a subnet of 0.0.0.0/0 on every node must not fill the memory. */
const MOST = 256;

interface NodeAddress extends Address {
  words: string;
}

/** Subnets that hold an InternalIP or ExternalIP of any node: packets to that node then go to the pods' bridge. */
export const judgeSubnetOverlapsNodeAddress: Judge = (view) => {
  const addresses = { IPv4: sorted(view, 'IPv4'), IPv6: sorted(view, 'IPv6') };
  return {
    findings: view.holdings.flatMap(({ node, text, block }) => {
      const all = addresses[block.family];
      const from = firstFrom(all, block.first);
      const inside = firstFrom(all, block.last + 1n);
      if (inside === from) return [];
      const shown = all.slice(from, Math.min(inside, from + MOST));
      const more = inside - from - shown.length;
      return [
        {
          severity: 'error' as const,
          nodes: [node.name],
          subject: { kind: 'Node', name: node.name },
          message: `${node.name}: its subnet ${text} holds ${inside - from === 1 ? 'a node address' : `${inside - from} node addresses`}`,
          evidence: [
            `${node.name}: ${text}`,
            ...shown.map(({ words }) => words),
            ...(more > 0 ? [`and ${more} more`] : []),
          ],
          remedy: reassign([node.name]),
        },
      ];
    }),
  };
};

function sorted({ nodes }: View, family: Block['family']): NodeAddress[] {
  return nodes
    .flatMap(({ node }) =>
      node.addresses.flatMap(({ type, address }) => {
        const read = type === 'InternalIP' || type === 'ExternalIP' ? readAddress(address) : undefined;
        return read?.family === family ? [{ ...read, words: `${address}: ${type} of ${node.name}` }] : [];
      }),
    )
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.words < b.words ? -1 : 1));
}

/** Index of the first address that is not below `value`. */
function firstFrom(addresses: NodeAddress[], value: bigint): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle]?.value ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
