import type { FactLine, NodeReport, UnreadNode } from '../model/fact-line.ts';
import type { SkippedCheck } from '../model/finding.ts';
import { count } from '../model/text.ts';
import { renderFinding } from './report.ts';
import { renderTable } from './table.ts';

/** What was found on nodes, as data (a contract): kind NodeFactsReport. */
export function nodeFactsReport(items: NodeReport[], unread: UnreadNode[]): object {
  return { apiVersion: 'kubectl-podcidr/v1', kind: 'NodeFactsReport', items, unread };
}

/** A line a fact, then the findings; with `wrongOnly` just the facts that findings are about. Empty when nothing is left.
 * `columns`: of the terminal that it must fit. */
export function renderNodeFacts(
  reports: NodeReport[],
  { wrongOnly, columns }: { wrongOnly: boolean; columns?: number | undefined },
): string {
  const rows = reports.flatMap(({ node, facts }) =>
    facts.filter(({ codes }) => !wrongOnly || codes.length > 0).map((line) => rowOf(node, line)),
  );
  const table = rows.length === 0 ? '' : renderTable(['NAME', 'FACT', 'EXPECTED', 'FOUND', 'STATUS'], rows, columns);
  const findings = reports.flatMap((report) => report.findings).map((finding) => renderFinding(finding, columns));
  return [...(table === '' ? [] : [table]), ...findings].join('\n');
}

function rowOf(node: string, { fact, expected, found, codes, unknown }: FactLine): string[] {
  const status = unknown === undefined ? codes.join(',') || 'OK' : 'Unknown';
  return [node, fact, expected.join(','), found.join(','), status];
}

/** The last lines, for stderr: what was not checked and why, and how many nodes are as the API says. */
export function renderNodeFactsSummary(reports: NodeReport[], unread: UnreadNode[]): string[] {
  const differing = reports.filter(({ findings }) => findings.some(({ severity }) => severity !== 'info'));
  const parts = [
    `${reports.length - differing.length} as the API says`,
    ...(differing.length > 0 ? [`${differing.length} ${differing.length === 1 ? 'differs' : 'differ'}`] : []),
    ...(unread.length > 0 ? [`${unread.length} not read`] : []),
  ];
  return [...notChecked(reports), `${count(reports.length + unread.length, 'node')}: ${parts.join(', ')}`];
}

/** One line a reason, whatever the node: each names its own pod. */
function notChecked(reports: NodeReport[]): string[] {
  const skipped = reports.flatMap((report) => report.skipped.map((one) => ({ ...one, node: report.node })));
  const groups = Map.groupBy(skipped, ({ reason }) => reason);
  const lines = [...groups].map(([reason, group]) => `Not checked: ${codesOf(group)} (${reason})`);
  if (lines.length <= MOST_REASONS) return lines;
  const nodes = new Set(skipped.map(({ node }) => node)).size;
  return [`Not checked on ${count(nodes, 'node')}: ${codesOf(skipped)} (-o json has the reasons)`];
}

/** More reasons are only counted. */
const MOST_REASONS = 3;

function codesOf(skipped: SkippedCheck[]): string {
  return [...new Set(skipped.map(({ code }) => code))].join(', ');
}

/** For the terminal while nodes are read. */
export function renderInspecting(done: number, total: number, columns: number): string {
  const text = `${done}/${total} nodes inspected`;
  return text.length < columns ? text : '';
}
