import type { CatalogueEntry } from '../model/catalogue.ts';
import { renderTable } from './table.ts';
import { wrap } from './words.ts';

/** Widest line of an explanation, in characters. */
const WIDTH = 80;
const INDENT = '  ';

/** All codes in one table, with the severity that each has most often. `columns`: of the terminal, undefined: none. */
export function renderCatalogue(catalogue: Record<string, CatalogueEntry>, columns: number | undefined): string {
  const rows = Object.entries(catalogue).map(([code, { severity, title }]) => [
    code,
    severity.replace(/[; ].*/, ''),
    title,
  ]);
  return renderTable(['CODE', 'SEVERITY', 'MEANING'], rows, columns);
}

/** One code, at length. `command` finds it. */
export function renderExplanation(code: string, entry: CatalogueEntry, command: string): string {
  const sections: [string, string][] = [
    ['What it means', entry.meaning],
    ['Why it hurts', entry.harm],
    ['How to cure it', entry.cure],
    ['Where it comes from', entry.origin],
  ];
  const body = sections.map(([title, text]) => `\n${title}\n${indented(text)}`).join('');
  const severity = wrap(`Severity: ${entry.severity}`, WIDTH).join(`\n${INDENT}`);
  return `${code}: ${entry.title}\n${severity}\nFound by: kubectl podcidr ${command}\n${body}`;
}

function indented(text: string): string {
  return wrap(text, WIDTH - INDENT.length)
    .map((line) => `${INDENT}${line}\n`)
    .join('');
}
