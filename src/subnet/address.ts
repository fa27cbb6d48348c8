import type { Family } from '../model/cidr.ts';
import { readIPv4, writeIPv4 } from './ipv4.ts';
import { isMapped, readIPv6, writeIPv6 } from './ipv6.ts';

/** One address as a number. */
export interface Address {
  family: Family;
  value: bigint;
}

/**
 * Reads one address as Kubernetes does (netutils.ParseIPSloppy): leading zeros are decimal, an IPv4-mapped IPv6 address is the
 * IPv4 address. Undefined when it is none; a zone id makes it none.
 */
export function readAddress(text: string): Address | undefined {
  const v4 = readIPv4(text, { leadingZeros: true });
  if (v4 !== undefined) return { family: 'IPv4', value: v4 };
  const v6 = readIPv6(text);
  if (v6 === undefined) return undefined;
  return isMapped(v6) ? { family: 'IPv4', value: v6 & 0xffff_ffffn } : { family: 'IPv6', value: v6 };
}

/** The canonical text of an address. */
export function addressText(family: Family, value: bigint): string {
  return family === 'IPv4' ? writeIPv4(value) : writeIPv6(value);
}

/** The canonical text of what the cluster calls an address: safe in a command. Undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const address = readAddress(text);
  return address && addressText(address.family, address.value);
}
