import { count } from '../../model/text.ts';
import type { Judge, Uncoded } from '../check.ts';
import { nodeNames, type View } from '../view.ts';
import { annotatedNodes, ownAddresses, shared } from './lease-facts.ts';
import { setInterface } from './restart.ts';

/**
 * Nodes that tell flannel's peers the same address: one finding an address. Where the machines themselves have it as their
 * InternalIP, NodeAddressDuplicate says so.
 */
export const judgeFlannelPublicIPDuplicate: Judge = (view) => ({
  findings: shared(annotatedNodes(view), ({ publicIP }) => publicIP).flatMap(({ value, holders }) => {
    const nodes = nodeNames(holders);
    if (holders.every(({ node }) => ownAddresses(node).includes(value))) return [];
    return [finding(view, value, nodes)];
  }),
});

function finding(view: View, address: string, nodes: string[]): Uncoded {
  const evidence = nodes.map((name) => {
    const node = view.byName.get(name)?.node;
    return `${name}: flannel says ${address}, the Node has ${(node && ownAddresses(node).join(', ')) || 'no address'}`;
  });
  return {
    severity: 'error',
    nodes,
    subject: { kind: 'Address', name: address },
    message: `${count(nodes.length, 'node')} tell flannel's peers the same address ${address}`,
    evidence,
    remedy: setInterface(view),
  };
}
