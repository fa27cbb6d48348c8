import { type FlannelAddress, type FlannelLease, flannelLease } from '../../cni/flannel.ts';
import { isVirtualNode } from '../../cni/virtual-node.ts';
import type { Family } from '../../model/cidr.ts';
import type { SurveyNode } from '../../model/survey.ts';
import type { View } from '../view.ts';

/** A node that flannel's peers know, by name. */
export interface AnnotatedNode {
  node: SurveyNode;
  lease: FlannelLease;
}

const FAMILIES: Family[] = ['IPv4', 'IPv6'];

export function annotatedNodes({ nodes }: View): AnnotatedNode[] {
  return nodes.flatMap(({ node }) => {
    const lease = isVirtualNode(node) ? undefined : flannelLease(node);
    return lease ? [{ node, lease }] : [];
  });
}

/** Values that two or more nodes have in common, with these nodes in order: of one family after the other. */
export function shared(
  nodes: AnnotatedNode[],
  read: (address: FlannelAddress) => string | undefined,
): { value: string; family: Family; holders: AnnotatedNode[] }[] {
  return FAMILIES.flatMap((family) => {
    const byValue = Map.groupBy(nodes, ({ lease }) => read(lease.addresses[family]) ?? '');
    return [...byValue]
      .filter(([value, holders]) => value !== '' && holders.length > 1)
      .map(([value, holders]) => ({ value, family, holders }));
  });
}

/** An address under which the Node itself says that it can be reached. */
export function ownAddresses({ addresses }: SurveyNode): string[] {
  return addresses.filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP').map(({ address }) => address);
}
