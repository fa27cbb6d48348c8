import { SCENARIOS } from '../../test/harness/torture/scenario.ts';
import { faultNames, faultsAt } from '../../test/harness/torture/table.ts';
import { countKnown, type KeptRow, type Known } from './row.ts';

/** Of Kubernetes, in the order in which they are run. */
export const VERSIONS = ['1.36', '1.24'];

const STATES: Known[] = ['finished', 'resumed', 'rolled back', 'untouched', 'not reached', 'broken'];

/** The dated tables, in Markdown: a line a verb and version, and a line a fault. */
export function report(rows: KeptRow[]): string {
  const verbs = SCENARIOS.map(({ verb }) => verb);
  const inOrder = [...rows].sort(
    (a, b) => verbs.indexOf(a.verb) - verbs.indexOf(b.verb) || b.kubernetes.localeCompare(a.kubernetes),
  );
  const all = rows.map(lettersOf).join('');
  const toBegin = VERSIONS.length * SCENARIOS.length - rows.length;
  const byFault = lettersByFault(rows);
  return [
    `${ran(all)} cases run, ${countKnown(all, 'broken')} broken; ${countKnown(all, 'spared')} spared, ${countKnown(all, 'open')} to come` +
      `${toBegin > 0 ? `, and ${toBegin} of ${rows.length + toBegin} lines to begin` : ''}.`,
    '',
    ...table(
      ['verb', 'Kubernetes', 'date', 'writes', 'on disk', 'cases', 'run', 'spared', 'to come', ...STATES],
      inOrder.map((row) => {
        const own = lettersOf(row);
        const writes = [row.requests, row.files].map((names) => Object.keys(names).length);
        const counts = [...writes, own.length, ran(own), countKnown(own, 'spared'), countKnown(own, 'open')];
        return [row.verb, row.kubernetes, datesOf(row), ...counts.map(String), ...countsOf(own)];
      }),
    ),
    '',
    ...table(
      ['fault', 'run', ...STATES],
      faultNames().flatMap((fault) => {
        const own = byFault.get(fault) ?? '';
        return ran(own) === 0 ? [] : [[fault, `${ran(own)}`, ...countsOf(own)]];
      }),
    ),
  ].join('\n');
}

function datesOf({ from, to }: KeptRow): string {
  return from === to ? to : `${from} to ${to}`;
}

function lettersOf({ requests, files }: KeptRow): string {
  return [...Object.values(requests), ...Object.values(files)].join('');
}

function lettersByFault(rows: KeptRow[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { requests, files } of rows) {
    for (const [kind, writes] of Object.entries({ request: requests, file: files })) {
      for (const [name, letters] of Object.entries(writes)) {
        faultsAt(kind as 'request' | 'file', name).forEach((fault, index) => {
          found.set(fault, `${found.get(fault) ?? ''}${letters[index] ?? ''}`);
        });
      }
    }
  }
  return found;
}

function ran(letters: string): number {
  return STATES.reduce((sum, state) => sum + countKnown(letters, state), 0);
}

function countsOf(letters: string): string[] {
  return STATES.map((state) => `${countKnown(letters, state)}`);
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map((_cell, column) => (column < 1 ? '---' : '--:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}
