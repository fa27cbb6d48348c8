export type Family = 'IPv4' | 'IPv6';

/** A block of addresses. `first` and `last` are whole addresses as numbers, both inside the block. */
export interface Block {
  family: Family;
  first: bigint;
  last: bigint;
  /** Prefix length in bits. */
  prefix: number;
  /** The canonical text, for example 10.244.1.0/24 or fd00:10:244::/64. */
  text: string;
}
