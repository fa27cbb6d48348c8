import { isVirtualNode } from '../../cni/virtual-node.ts';
import { count } from '../../model/text.ts';
import { readAddress } from '../../subnet/address.ts';
import type { Judge } from '../check.ts';
import { nodeNames } from '../view.ts';

/**
 * Nodes with one InternalIP: one finding an address. Virtual nodes have that of the process that plays them, and many external
 * addresses are a gateway's.
 */
export const judgeNodeAddressDuplicate: Judge = ({ nodes }) => {
  const held = nodes
    .filter(({ node }) => !isVirtualNode(node) && !node.deleting)
    .flatMap(({ node }) => {
      const own = node.addresses.filter(({ type, address }) => type === 'InternalIP' && readAddress(address));
      return [...new Set(own.map(({ address }) => address))].map((address) => ({ node, address }));
    });
  return {
    findings: [...Map.groupBy(held, ({ address }) => address)].flatMap(([address, holders]) => {
      const names = nodeNames(holders);
      if (names.length < 2) return [];
      return [
        {
          severity: 'error' as const,
          nodes: names,
          subject: { kind: 'Address', name: address },
          message: `${count(names.length, 'node')} have the same address ${address}`,
          evidence: holders.map(({ node }) => `${node.name}: InternalIP ${address}`),
          remedy:
            'give each machine an address of its own, or each kubelet its --node-ip where the machine has several',
        },
      ];
    }),
  };
};
