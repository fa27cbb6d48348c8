import type { Surroundings } from '../../model/surroundings.ts';

/**
 * Every other allocator keeps its own books: CloudAllocator and the IPAMFrom… types those of the cloud's network, where a subnet
 * set by hand is not routed (pkg/controller/nodeipam/ipam/cidr_allocator.go), MultiCIDRRangeAllocator those of its ClusterCIDRs.
 */
export function refuseAllocator({
  allocator,
  allocates,
}: Pick<Surroundings, 'allocator' | 'allocates'>): string | undefined {
  if (!allocator.known || allocator.value === 'RangeAllocator' || (allocates.known && !allocates.value))
    return undefined;
  return `${allocator.value} hands out the subnets of this cluster, not RangeAllocator (${allocator.source}): change it there`;
}
