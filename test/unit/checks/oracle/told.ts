import type { Finding } from '../../../../src/model/finding.ts';
import type { Expected } from './findings.ts';

/** What the oracle judges. */
export const JUDGED = [
  'SubnetMissing',
  'SubnetMalformed',
  'SubnetDuplicate',
  'SubnetOverlap',
  'SubnetOutsideClusterCIDR',
  'SubnetOutsideCNINetwork',
  'SubnetMaskDiffers',
  'SubnetOverlapsServices',
  'SubnetOverlapsNodeAddress',
  'SubnetFamilyMissing',
  'SubnetTooSmall',
  'PoolExhausted',
  'PoolNearlyExhausted',
];

/** Those that `list` shows and `reassign --invalid` cures. */
export const CURABLE = JUDGED.filter((code) => !code.startsWith('Pool') && code !== 'SubnetTooSmall');

/** What the report told, in the oracle's shape and order: the words beside nodes, subnets and addresses are left out. */
export function told(findings: Finding[]): Expected[] {
  return inOrder(
    findings
      .filter(({ code }) => JUDGED.includes(code))
      .map(({ code, severity, nodes, evidence }) => ({
        code,
        severity,
        nodes,
        says: evidence.flatMap((line) => namedIn(line, code)),
      })),
  );
}

/** Findings and what they say in one order: the oracle has none. */
export function inOrder(findings: Expected[]): Expected[] {
  return findings
    .map((finding) => ({ ...finding, nodes: finding.nodes.toSorted(), says: finding.says.toSorted() }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function namedIn(line: string, code: string): string[] {
  if (code.startsWith('Pool')) return / subnets of \//.test(line) ? [line.replace(/ \([^()]*\)$/, '')] : [];
  if (/: (Internal|External)IP of /.test(line)) return [line];
  if (!/^n\d+: /.test(line) || line.endsWith('spec.podCIDR is empty')) return [];
  if (code === 'SubnetFamilyMissing') return [line];
  if (code === 'SubnetMalformed')
    return [line.replace(/^(n\d+: (?:"[^"]*"(?= is not a subnet)|podCIDR(?= is)|two IPv[46])).*/, '$1')];
  return [line.split(/,? /).slice(0, 2).join(' ')];
}
