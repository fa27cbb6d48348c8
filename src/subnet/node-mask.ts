import type { Block } from '../model/cidr.ts';
import { BITS } from './family.ts';

/** The range allocator keeps a bit for each subnet, and of IPv6 at most 2^16 (cidrset/cidr_set.go:clusterSubnetMaxDiff). */
export const MOST_IPV6_BITS = 16;

/**
 * Why kube-controller-manager does not start with this node mask (a prefix length in bits) in this cluster CIDR, a clause that
 * goes on after "the node mask /N "; undefined when it does (node_ipam_controller.go:NewNodeIpamController,
 * cidrset/cidr_set.go:NewCIDRSet).
 */
export function maskObjection({ family, prefix, text }: Block, mask: number): string | undefined {
  if (mask > BITS[family]) return `is no prefix length of ${family}: it has ${BITS[family]} bits`;
  if (mask < prefix) return `is shorter than the prefix of the cluster CIDR ${text}`;
  if (family === 'IPv6' && mask - prefix > MOST_IPV6_BITS) {
    return `is ${mask - prefix} bits longer than the prefix of the cluster CIDR ${text}: of IPv6 at most ${MOST_IPV6_BITS} are allowed`;
  }
  return undefined;
}

/** The node masks that kube-controller-manager starts with in this cluster CIDR, both ends included, in bits. */
export function allowedMasks({ family, prefix }: Block): { from: number; to: number } {
  return { from: prefix, to: family === 'IPv6' ? Math.min(prefix + MOST_IPV6_BITS, BITS.IPv6) : BITS.IPv4 };
}
