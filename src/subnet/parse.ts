import type { Block, Family } from '../model/cidr.ts';
import { addressText, readAddress } from './address.ts';
import { blockAt } from './block.ts';
import { BITS } from './family.ts';
import { readIPv4 } from './ipv4.ts';
import { isMapped, readIPv6 } from './ipv6.ts';

/** A block, or what is wrong with the text: one clause that goes on after "is not a subnet: ", for example "it has host bits, …". */
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
  if (text === '') return wrong('it is empty');
  if (/\s/.test(text)) return wrong(`it has white space in it${better(text.replaceAll(/\s/g, ''))}`);
  if (text.includes('%')) return wrong(`it has a zone id${better(text.replace(/%[^/]*/, ''))}`);
  const [address = '', prefix, ...more] = text.split('/');
  if (more.length > 0) return wrong('it has more than one slash');
  if (address === '') return wrong('it has no address before the slash');
  const read = readStrictly(address, prefix);
  if (!('value' in read)) return wrong(read.reason);
  if (prefix === undefined || prefix === '') return wrong(missingPrefix(address, read.family));
  const length = readPrefix(prefix, read.family);
  if (typeof length !== 'number') return wrong(length.reason);
  const block = blockAt(read.family, read.value, length);
  if (block.first !== read.value) {
    return { ok: false, reason: `it has host bits, did you mean ${block.text}?`, masked: block };
  }
  return { ok: true, block };
}

/** `, write …` where this is a subnet; nothing where it is not: then it is not what was meant either. */
function better(candidate: string): string {
  return parseBlock(candidate).ok ? `, write ${candidate}` : '';
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
  return `it has no prefix length, write it like ${address}/${example}`;
}

function readPrefix(text: string, family: Family): number | { reason: string } {
  const most = BITS[family];
  const digits = /^[+0]*(\d+)$/.exec(text)?.[1];
  if (PREFIX.test(text)) {
    const length = Number(text);
    return length <= most ? length : wrong(`it has a prefix length over ${most}, the most that ${family} has`);
  }
  const meant = digits !== undefined && Number(digits) <= most ? `, write /${digits}` : '';
  if (/^0\d+$/.test(text)) return wrong(`it has a prefix length with leading zeros${meant}`);
  const netmask = family === 'IPv4' ? netmaskLength(text) : undefined;
  if (netmask !== undefined) return wrong(`it has a netmask in place of the prefix length, write /${netmask}`);
  return wrong(`it has a prefix length that is not a whole number from 0 to ${most}${meant}`);
}

/** 24 for 255.255.255.0; undefined for what is no netmask. */
function netmaskLength(text: string): number | undefined {
  const value = readIPv4(text, { leadingZeros: false });
  const bits = value?.toString(2).padStart(32, '0') ?? '';
  return /^1+0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

type Strict = { family: Family; value: bigint } | { reason: string };

/** `prefix` is for what is proposed instead. */
function readStrictly(text: string, prefix: string | undefined): Strict {
  const v4 = readIPv4(text, { leadingZeros: false });
  if (v4 !== undefined) return { family: 'IPv4', value: v4 };
  if (text.includes(':')) return readStrictlyIPv6(text, prefix);
  const sloppy = readIPv4(text, { leadingZeros: true });
  if (sloppy !== undefined) {
    return wrong(`it has leading zeros in its address, write ${withPrefix(addressText('IPv4', sloppy), prefix)}`);
  }
  if (/^\d+(\.\d+){0,2}\.?$/.test(text)) {
    const whole = [...text.split('.').filter(Boolean), '0', '0', '0'].slice(0, 4).join('.');
    return wrong(`it has an incomplete address: IPv4 has four numbers${better(withPrefix(whole, prefix))}`);
  }
  if (/^\d+(\.\d+){3}$/.test(text)) return wrong('it has a number over 255 in its address: each part is 0 to 255');
  return wrong('it is not an address with a prefix length, write one like 10.244.1.0/24');
}

function readStrictlyIPv6(text: string, prefix: string | undefined): Strict {
  const value = readIPv6(text);
  if (value === undefined) {
    return wrong('it is not an IPv6 address with a prefix length, write one like fd00:10:244::/64');
  }
  const mapped = readAddress(text);
  if (mapped?.family === 'IPv4') {
    const whole = `${addressText('IPv4', mapped.value)}/${Number(prefix) - 96}`;
    return wrong(`it is an IPv4 address written as IPv6${better(whole) || ', write it as IPv4'}`);
  }
  return { family: 'IPv6', value };
}

function withPrefix(address: string, prefix: string | undefined): string {
  return prefix === undefined ? address : `${address}/${prefix}`;
}

/** The blocks of these texts, read as Kubernetes does; what cannot be read is left out: it takes no room. */
export function readableBlocks(texts: readonly string[]): Block[] {
  return texts.flatMap((text) => readSloppily(text) ?? []);
}
