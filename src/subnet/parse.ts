import type { Block, Family } from '../model/cidr.ts';
import { addressText, readAddress } from './address.ts';
import { blockAt } from './block.ts';
import { BITS } from './family.ts';
import { readIPv4 } from './ipv4.ts';
import { isMapped, readIPv6 } from './ipv6.ts';

/** A block, or what is wrong with the text: one clause that goes on after the quoted text, for example "has host bits, …". */
export type Parsed =
  | { ok: true; block: Block }
  /** `masked` is the block without the host bits, where they are all that is wrong. */
  | { ok: false; reason: string; masked?: Block };

const PREFIX = /^(0|[1-9]\d*)$/;

/**
 * Reads a CIDR as an operator must write it: a whole address, one slash, a prefix length, nothing else, no host bits.
 * Stands in front of netmask, which alone takes 010.1.1.0 (octal), 1.2.3/24, host bits and a missing prefix.
 */
export function parseBlock(text: string): Parsed {
  if (text === '') return wrong('is empty: write a subnet like 10.244.1.0/24');
  if (/\s/.test(text)) return wrong('has white space in it');
  if (text.includes('%')) return wrong('has a zone id: a subnet has none');
  const [address = '', prefix, ...more] = text.split('/');
  if (more.length > 0) return wrong('has more than one slash');
  if (address === '') return wrong('has no address before the slash');
  const read = readStrictly(address);
  if (!('value' in read)) return wrong(read.reason);
  if (prefix === undefined || prefix === '') return wrong(missingPrefix(address, read.family));
  const length = readPrefix(prefix, read.family);
  if (typeof length !== 'number') return wrong(length.reason);
  const block = blockAt(read.family, read.value, length);
  if (block.first !== read.value) {
    return { ok: false, reason: `has host bits, did you mean ${block.text}?`, masked: block };
  }
  return { ok: true, block };
}

/**
 * Reads what Kubernetes' netutils.ParseCIDRSloppy takes, for text that comes from the cluster: leading zeros are decimal, host
 * bits are dropped, an IPv4-mapped IPv6 block is the IPv4 block. Undefined when even that fails.
 */
export function readSloppily(text: string): Block | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = text.slice(0, slash);
  const prefix = text.slice(slash + 1);
  if (!/^\d{1,10}$/.test(prefix)) return undefined;
  const length = Number(prefix);
  const v4 = readIPv4(address, { leadingZeros: true });
  if (v4 !== undefined) return length <= BITS.IPv4 ? blockAt('IPv4', v4, length) : undefined;
  const v6 = readIPv6(address);
  if (v6 === undefined || length > BITS.IPv6) return undefined;
  if (isMapped(v6) && length >= 96) return blockAt('IPv4', v6 & 0xffff_ffffn, length - 96);
  return blockAt('IPv6', v6, length);
}

function wrong(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}

function missingPrefix(address: string, family: Family): string {
  const example = family === 'IPv4' ? 24 : 64;
  return `has no prefix length: write it like ${address}/${example}`;
}

function readPrefix(text: string, family: Family): number | { reason: string } {
  if (/^0\d+$/.test(text)) return wrong('has a prefix length with leading zeros');
  if (!PREFIX.test(text)) return wrong('has a prefix length that is not a whole number');
  const length = Number(text);
  if (length > BITS[family]) return wrong(`has a prefix longer than ${BITS[family]}, the most that ${family} has`);
  return length;
}

function readStrictly(text: string): { family: Family; value: bigint } | { reason: string } {
  const v4 = readIPv4(text, { leadingZeros: false });
  if (v4 !== undefined) return { family: 'IPv4', value: v4 };
  if (text.includes(':')) return readStrictlyIPv6(text);
  const sloppy = readIPv4(text, { leadingZeros: true });
  if (sloppy !== undefined) return wrong(`has leading zeros in its address: write ${addressText('IPv4', sloppy)}`);
  if (/^\d+(\.\d+){0,2}\.?$/.test(text)) return wrong('has an incomplete address: IPv4 has four numbers');
  if (/^\d+(\.\d+){3}$/.test(text)) return wrong('has a number over 255 in its address');
  return wrong(`is not an address and a prefix length: write a subnet like 10.244.1.0/24`);
}

function readStrictlyIPv6(text: string): { family: Family; value: bigint } | { reason: string } {
  const value = readIPv6(text);
  if (value === undefined)
    return wrong(`is not an IPv6 address and a prefix length: write a subnet like fd00:10:244::/64`);
  const mapped = readAddress(text);
  if (mapped?.family === 'IPv4') {
    return wrong(
      `is an IPv4 address written as IPv6: write ${addressText('IPv4', mapped.value)} with an IPv4 prefix length`,
    );
  }
  return { family: 'IPv6', value };
}
