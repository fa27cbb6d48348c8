import { BlockList, isIPv4, isIPv6 } from 'node:net';

// The oracle's own arithmetic: Node's BlockList answers what lies in what, URL writes IPv6 (WHATWG, as RFC 5952), the rest is
// counted from the definitions. Nothing of src/ is used here.

export type OracleFamily = 'IPv4' | 'IPv6';

export const LENGTH: Record<OracleFamily, number> = { IPv4: 32, IPv6: 128 };

export interface OracleBlock {
  family: OracleFamily;
  first: bigint;
  prefix: number;
  /** Canonical: address/prefix. */
  text: string;
  list: BlockList;
}

/** What a text says: the block as Kubernetes takes it, and whether an operator may write it so. */
export interface OracleText {
  strict: boolean;
  block: OracleBlock | undefined;
}

export function makeBlock(family: OracleFamily, value: bigint, prefix: number): OracleBlock {
  const size = 2n ** BigInt(LENGTH[family] - prefix);
  const first = (value / size) * size;
  const base = writeAddress(family, first);
  const list = new BlockList();
  list.addSubnet(base, prefix, nodeFamily(family));
  return { family, first, prefix, text: `${base}/${prefix}`, list };
}

const read = new Map<string, OracleText>();

/** Reads ADDRESS/PREFIX, each text once. */
export function readText(text: string): OracleText {
  const known = read.get(text) ?? parseText(text);
  read.set(text, known);
  return known;
}

function parseText(text: string): OracleText {
  const [, address = '', digits = ''] = /^([^/]*)\/(\d{1,10})$/.exec(text) ?? [];
  const prefix = Number(digits);
  const found = readAddressText(address);
  if (digits === '' || !found || prefix > LENGTH[found.writtenAs]) return { strict: false, block: undefined };
  const { writtenAs, value, exact } = found;
  const mapped = writtenAs === 'IPv6' && value / 2n ** 32n === 0xffffn;
  const block =
    mapped && prefix >= 96 ? makeBlock('IPv4', value % 2n ** 32n, prefix - 96) : makeBlock(writtenAs, value, prefix);
  const wholeNumber = String(prefix) === digits;
  return { strict: wholeNumber && exact && !mapped && block.first === value, block };
}

/** Reads one address; an IPv4-mapped one is the IPv4 address. */
export function readSingle(text: string): { family: OracleFamily; value: bigint } | undefined {
  const found = readAddressText(text);
  if (!found) return undefined;
  const { writtenAs, value } = found;
  const mapped = writtenAs === 'IPv6' && value / 2n ** 32n === 0xffffn;
  return mapped ? { family: 'IPv4', value: value % 2n ** 32n } : { family: writtenAs, value };
}

/** `exact`: no leading zeros in a dotted number. */
function readAddressText(text: string): { writtenAs: OracleFamily; value: bigint; exact: boolean } | undefined {
  if (isIPv4(text)) return { writtenAs: 'IPv4', value: dotted(text), exact: true };
  if (text.includes(':') && !text.includes('%') && isIPv6(text)) {
    return { writtenAs: 'IPv6', value: hexadecimal(text), exact: true };
  }
  // Kubernetes reads 010 as ten (netutils.ParseIPSloppy).
  const plain = text.replaceAll(/\d+/g, (number) => String(BigInt(number)));
  return /^[\d.]+$/.test(text) && isIPv4(plain) ? { writtenAs: 'IPv4', value: dotted(plain), exact: false } : undefined;
}

function dotted(text: string): bigint {
  return text.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function hexadecimal(text: string): bigint {
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
  return BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`);
}

export function writeAddress(family: OracleFamily, value: bigint): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (value / 2n ** shift) % 256n).join('.');
  return new URL(`http://[${longIPv6(value)}]/`).hostname.slice(1, -1);
}

/** All eight groups with four digits each. */
export function longIPv6(value: bigint): string {
  return value
    .toString(16)
    .padStart(32, '0')
    .replaceAll(/(.{4})(?=.)/g, '$1:');
}

export function isInside(inner: OracleBlock, outer: OracleBlock): boolean {
  return outer.prefix <= inner.prefix && hasAddress(outer, inner);
}

export function isSame(a: OracleBlock, b: OracleBlock): boolean {
  return isInside(a, b) && isInside(b, a);
}

export function doOverlap(a: OracleBlock, b: OracleBlock): boolean {
  return isInside(a, b) || isInside(b, a);
}

/** Whether the address, or the first one of a block, lies in this block. */
export function hasAddress({ family, list }: OracleBlock, at: { family: OracleFamily } & Place): boolean {
  const value = 'value' in at ? at.value : at.first;
  return family === at.family && list.check(writeAddress(family, value), nodeFamily(family));
}

type Place = { value: bigint } | { first: bigint };

/** All blocks of this prefix length inside a block. */
export function pieces({ family, first, prefix }: OracleBlock, length: number): OracleBlock[] {
  const size = 2n ** BigInt(LENGTH[family] - length);
  return Array.from({ length: 2 ** (length - prefix) }, (_, at) =>
    makeBlock(family, first + BigInt(at) * size, length),
  );
}

function nodeFamily(family: OracleFamily): 'ipv4' | 'ipv6' {
  return family === 'IPv4' ? 'ipv4' : 'ipv6';
}
