import type { SkippedCheck } from '../model/finding.ts';
import { count } from '../model/text.ts';
import { COLUMNS, type ListRow, WIDE_COLUMNS } from './columns.ts';
import { escapeLine } from './escape.ts';
import { renderSkipped } from './skipped.ts';
import { renderTable } from './table.ts';

/** The table of `list`; `terminal`: columns of the one that it must fit. */
export function renderList(
  rows: ListRow[],
  options: { wide: boolean; headers: boolean; terminal?: number | undefined },
): string {
  const columns = options.wide ? WIDE_COLUMNS : COLUMNS;
  return renderTable(
    options.headers ? columns.map(({ header }) => header) : undefined,
    rows.map((row) => columns.map(({ cell }) => cell(row))),
    options.terminal,
  );
}

/** node/NAME, a line each, as `kubectl get nodes -o name`. */
export function renderNames(rows: ListRow[]): string {
  return rows.map(({ node }) => `node/${escapeLine(node.name)}\n`).join('');
}

/** The rows, and what could not be judged of them, as data (a contract): kind NodeSubnetList. */
export function nodeSubnetList(rows: ListRow[], skipped: SkippedCheck[]): object {
  return {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'NodeSubnetList',
    items: nodeSubnetItems(rows),
    skipped,
  };
}

/** Its items: what -o custom-columns works on. */
export function nodeSubnetItems(rows: ListRow[]): { name: string; podCIDRs: string[]; findings: string[] }[] {
  return rows.map(({ node, codes }) => ({ name: node.name, podCIDRs: node.podCIDRs, findings: codes }));
}

/**
 * The last line of `list`: how many nodes there are, how many are fine, and how many have each finding, the most frequent
 * first; then what could not be judged. `young` is how many nodes have no subnet and are too young to be judged.
 */
export function renderListSummary(rows: ListRow[], skipped: SkippedCheck[], young: number): string {
  const byCode = new Map<string, number>();
  for (const { codes } of rows) for (const code of codes) byCode.set(code, (byCode.get(code) ?? 0) + 1);
  const fine = rows.filter(({ codes }) => codes.length === 0).length;
  const parts = [...byCode]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([code, number]) => `${number} ${code}`);
  const unjudged = young > 0 ? [`${young} younger than 60 s not judged`] : [];
  const first = `${count(rows.length, 'node')}: ${[`${fine} OK`, ...parts, ...unjudged].join(', ')}`;
  const lines = [first, ...renderSkipped(skipped)];
  return lines.map((line) => `${line}\n`).join('');
}
