import { Netmask } from 'netmask';
import type { Block, Family } from '../model/cidr.ts';
import type { Address } from './address.ts';
import { addressText } from './address.ts';
import { sizeOf } from './family.ts';
import { writeIPv4 } from './ipv4.ts';

/** The block of this prefix length around an address; host bits are dropped. */
export function blockAt(family: Family, address: bigint, prefix: number): Block {
  if (family === 'IPv4') return blockAtIPv4(address, prefix);
  const size = sizeOf(family, prefix);
  const first = address - (address % size);
  return { family, first, last: first + size - 1n, prefix, text: `${addressText(family, first)}/${prefix}` };
}

function blockAtIPv4(address: bigint, prefix: number): Block {
  // One text, for netmask takes 0 as a second argument for "no mask given".
  const net = new Netmask(`${writeIPv4(address)}/${prefix}`);
  const first = BigInt(net.netLong);
  return { family: 'IPv4', first, last: first + BigInt(net.size) - 1n, prefix, text: `${net.base}/${prefix}` };
}

/** True when `inner` lies whole in `outer`, or is equal to it. */
export function contains(outer: Block, inner: Block): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** True when the address is one of the block's, network and broadcast address included. */
export function holds(block: Block, address: Address): boolean {
  return block.family === address.family && block.first <= address.value && address.value <= block.last;
}

/** True when the two share an address. */
export function overlaps(a: Block, b: Block): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** True when both are the same addresses. */
export function equal(a: Block, b: Block): boolean {
  return a.family === b.family && a.first === b.first && a.prefix === b.prefix;
}

/** Order for sorting: IPv4 before IPv6, then by first address, then the larger block first. */
export function compare(a: Block, b: Block): number {
  if (a.family !== b.family) return a.family === 'IPv4' ? -1 : 1;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.prefix - b.prefix;
}
