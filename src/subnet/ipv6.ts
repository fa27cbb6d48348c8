import { readIPv4 } from './ipv4.ts';

const GROUP = /^[0-9a-fA-F]{1,4}$/;
const MAPPED = 0xffffn;

/**
 * Reads an IPv6 address as a number: colons and hexadecimal, one `::`, the last 32 bits also dotted. Undefined for anything else,
 * zone ids included. Ours because netmask counts IPv6 in floating point and loses the low bits.
 */
export function readIPv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group, as in RFC 4291 and Go.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** Groups between colons; the last may be dotted IPv4 where `mayEndDotted`. */
function readGroups(text: string, mayEndDotted: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndDotted && index === parts.length - 1 && part.includes('.')) {
      const dotted = readIPv4(part, { leadingZeros: true });
      if (dotted === undefined) return undefined;
      groups.push(dotted >> 16n, dotted & 0xffffn);
    } else {
      if (!GROUP.test(part)) return undefined;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return groups;
}

/** True for ::ffff:0:0/96, which Go and Kubernetes treat as IPv4. */
export function isMapped(value: bigint): boolean {
  return value >> 32n === MAPPED;
}

/** The canonical text of RFC 5952: lower case, the first longest run of two or more zero groups as `::`, never dotted. */
export function writeIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const run = longestZeroRun(groups);
  const words = groups.map((group) => group.toString(16));
  if (run.length < 2) return words.join(':');
  return `${words.slice(0, run.start).join(':')}::${words.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
