import type { Family } from '../model/cidr.ts';

/** Length of an address of a family, in bits. */
export const BITS: Record<Family, number> = { IPv4: 32, IPv6: 128 };

/** How many addresses a block with this prefix length holds. */
export function sizeOf(family: Family, prefix: number): bigint {
  return 1n << BigInt(BITS[family] - prefix);
}
