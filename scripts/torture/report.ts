import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseState } from '../../test/harness/torture/case.ts';
import { faultNames } from '../../test/harness/torture/table.ts';
import { ROOT } from '../lib/places.ts';
import type { Entry, Found, TortureRecord } from './record.ts';

const STATES: CaseState[] = ['finished', 'resumed', 'rolled back', 'untouched', 'not reached', 'broken'];

const PAGE = join(ROOT, 'docs/safety.md');

/** The dated tables, in Markdown: a line a verb and version, and a line a fault. */
export function report({ begun, entries, found }: TortureRecord): string {
  const verbs = found.map(({ kubernetes, verb, requests, files, spared, left }) => {
    const own = entries.filter((entry) => entry.kubernetes === kubernetes && entry.verb === verb);
    const whole = own.length + spared + left;
    return [verb, kubernetes, ...[requests, files, whole, own.length, spared].map(String), ...counts(own)];
  });
  const faults = faultNames().flatMap((fault) => {
    const own = entries.filter((entry) => entry.fault === fault);
    return own.length === 0 ? [] : [[fault, `${own.length}`, ...counts(own)]];
  });
  const total = (count: (one: Found) => number) => found.reduce((sum, one) => sum + count(one), 0);
  const [spared, left] = [total((one) => one.spared), total((one) => one.left)];
  return [
    `${begun.date}, seed ${begun.seed}: ${entries.length} cases run, ${broken(entries).length} broken; ${spared} spared, ${left} to come.`,
    '',
    ...table(['verb', 'Kubernetes', 'writes', 'on disk', 'cases', 'run', 'spared', ...STATES], verbs),
    '',
    ...table(['fault', 'run', ...STATES], faults),
  ].join('\n');
}

/** Cases in which a promise was broken. */
export function broken(entries: Entry[]): Entry[] {
  return entries.filter(({ state }) => state === 'broken');
}

/** Puts the tables between their markers in docs/safety.md. */
export function writeReport(text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const next = page.replace(
    /(<!-- torture -->\n)[\s\S]*?(<!-- \/torture -->)/,
    (_whole, open, close) => `${open}\n${text}\n\n${close}`,
  );
  writeFileSync(PAGE, next);
}

function counts(entries: Entry[]): string[] {
  return STATES.map((state) => `${entries.filter((entry) => entry.state === state).length}`);
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map((_cell, column) => (column < 1 ? '---' : '--:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}
