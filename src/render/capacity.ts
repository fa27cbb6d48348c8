import type { Break, CapacityReport, FamilyCapacity } from '../model/capacity.ts';
import { escapeLine } from './escape.ts';
import { renderTable } from './table.ts';
import { clip, indented, shorten, wrap } from './words.ts';

/** Node names of a break that the text shows; JSON has all. */
const MOST_NODES = 8;
/** Widest line of why something hurts, in characters. */
const WIDTH = 96;

/** The report as data (a contract): kind CapacityReport. Counts beyond 2^53 are decimal texts. */
export function capacityDocument({ families, breaks, flags }: CapacityReport): object {
  return {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'CapacityReport',
    families: families.map((family) => ({
      ...family,
      nodesPossible: exact(family.nodesPossible),
      nodesReserved: exact(family.nodesReserved),
      nodesUsed: exact(family.nodesUsed),
      nodesFree: exact(family.nodesFree),
      podsPerNode: exact(family.podsPerNode),
    })),
    breaks,
    ...(flags && { flags }),
  };
}

/** The report for people: the flags that were asked for, a row a family, and what would break; `columns`: of the terminal. */
export function renderCapacity({ families, breaks, flags = [] }: CapacityReport, columns?: number): string {
  const table = renderTable(
    ['FAMILY', 'CLUSTER-CIDR', 'MASK', 'NODES', 'RESERVED', 'USED', 'FREE', 'PODS/NODE'],
    families.map((family) => [
      family.family,
      family.clusterCIDR,
      `/${family.nodeMask}`,
      rounded(family.nodesPossible),
      rounded(family.nodesReserved),
      rounded(family.nodesUsed),
      rounded(family.nodesFree),
      rounded(family.podsPerNode),
    ]),
    columns,
  );
  return [flags.map((flag) => `${flag}\n`).join(''), table, renderBreaks(breaks, columns)]
    .filter((part) => part !== '')
    .join('\n');
}

function renderBreaks(breaks: Break[], columns: number | undefined): string {
  if (breaks.length === 0) return '';
  const lines = breaks.flatMap(({ code, severity, nodes, message, harm }, at) => [
    ...indented('', `${code} (${severity})  ${escapeLine(clip(message))}`, columns),
    ...(nodes.length > 0
      ? indented('  ', `nodes: ${shorten(nodes, MOST_NODES).map(escapeLine).join(', ')}`, columns)
      : []),
    // Said once for all that hurt in one way.
    ...(breaks[at + 1]?.harm === harm
      ? []
      : wrap(harm, Math.min(WIDTH, (columns ?? Number.POSITIVE_INFINITY) - 4)).map((line) => `    ${line}`)),
  ]);
  return [`WOULD BREAK (${breaks.length})`, '', ...lines].map((line) => `${line}\n`).join('');
}

/** The last line, for stderr: how many nodes can still join. A node needs a subnet of each family. */
export function renderCapacitySummary(families: FamilyCapacity[]): string {
  const scarce = families.reduce((least, family) => (family.nodesFree < least.nodesFree ? family : least));
  const differ = families.some(({ nodesFree }) => nodesFree !== scarce.nodesFree);
  const of = differ ? `: a node needs a subnet of each family, and ${scarce.family} ends first` : '';
  const free = scarce.nodesFree;
  return `room for ${free === 0n ? 'no more node' : `${rounded(free)} more node${free === 1n ? '' : 's'}`}${of}`;
}

function exact(number: bigint): number | string {
  return number > BigInt(Number.MAX_SAFE_INTEGER) ? String(number) : Number(number);
}

/** Digits, or beyond 2^53 the power of two that the number is near: 2^64. */
function rounded(number: bigint): string {
  return number > BigInt(Number.MAX_SAFE_INTEGER) ? `2^${(number + 3n).toString(2).length - 1}` : String(number);
}
