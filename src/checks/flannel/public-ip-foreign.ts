import type { Family } from '../../model/cidr.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { nodeNames } from '../view.ts';
import { annotatedNodes, ownAddresses, shared } from './lease-facts.ts';
import { setInterface } from './restart.ts';

const FAMILIES: Family[] = ['IPv4', 'IPv6'];

/** Nodes that flannel announces under an address that the Node does not have, though nobody chose it. */
export const judgeFlannelPublicIPForeign: Judge = (view) => {
  const annotated = annotatedNodes(view);
  const twins = new Set(shared(annotated, ({ publicIP }) => publicIP).map(({ value }) => value));
  const foreign = annotated.flatMap(({ node, lease }) => {
    const own = ownAddresses(node);
    return FAMILIES.flatMap((family) => {
      const { publicIP, isChosen } = lease.addresses[family];
      const sameFamily = own.filter((address) => address.includes(':') === (family === 'IPv6'));
      // Without an address of the family on the Node there is nothing to compare with.
      if (!publicIP || isChosen || sameFamily.length === 0 || sameFamily.includes(publicIP) || twins.has(publicIP)) {
        return [];
      }
      return [{ node, publicIP, own: sameFamily }];
    });
  });
  if (foreign.length === 0) return NONE;
  const nodes = nodeNames(foreign);
  return {
    findings: [
      {
        severity: 'warning',
        nodes,
        subject: { kind: 'CNI', name: 'flannel' },
        message: `flannel announces ${count(nodes.length, 'node')} under an address that the Node does not have`,
        evidence: foreign.map(
          ({ node, publicIP, own }) => `${node.name}: flannel says ${publicIP}, the Node has ${own.join(', ')}`,
        ),
        remedy: setInterface(view),
      },
    ],
  };
};
