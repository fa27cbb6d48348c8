import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/places.ts';
import { MOST_MILLISECONDS } from './judge.ts';
import type { Kind, Mutant } from './mutant.ts';
import type { MutationRecord, Verdict } from './record.ts';
import { LEFT_OUT } from './rooms.ts';

const PAGE = join(ROOT, 'docs/testing.md');

const VERDICTS: Verdict[] = ['killed', 'timed out', 'survived', 'no coverage'];

/** What was run of all mutants. */
export interface Extent {
  mutants: Mutant[];
  /** A seeded random sample; undefined: all. */
  sample: { size: number; seed: number } | undefined;
}

/** The dated score, in Markdown. */
export function report({ mutants, sample }: Extent, record: MutationRecord, leftOut: string[]): string {
  const verdicts = mutants.flatMap((mutant) => {
    const entry = record.get(mutant.id);
    return entry ? [{ mutant, verdict: entry.verdict }] : [];
  });
  const extent = sample
    ? `A random sample of ${verdicts.length} of the ${mutants.length} mutants was tried (seed ${sample.seed}).`
    : `All ${verdicts.length} mutants were tried.`;
  const folders = Map.groupBy(verdicts, ({ mutant }) => folderOf(mutant));
  const kinds = Map.groupBy(verdicts, ({ mutant }) => mutant.kind);
  const all = verdicts.map(({ verdict }) => verdict);
  return [
    `${record.begun.date}: **${percent(all)}** were noticed. ${extent}`,
    '',
    ...table('room', folders),
    '',
    ...table('change', kinds),
    '',
    '*killed*: a test failed; *timed out*: it did not come to an end; *survived*: tests came by and none failed; *no coverage*: no unit',
    'test came by, though others may (test/cluster, test/lab). The first two are *noticed*.',
    '',
    'Left out:',
    '',
    ...[...LEFT_OUT.map(([, why]) => why), ...leftOut].map((why) => `- ${why}`),
  ].join('\n');
}

/** Puts the score between its markers in docs/testing.md. */
export function writeReport(text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const next = page.replace(
    /(<!-- mutation -->\n)[\s\S]*?(<!-- \/mutation -->)/,
    (_whole, open, close) => `${open}\n${text}\n\n${close}`,
  );
  writeFileSync(PAGE, next);
}

/** Tests that are too slow to be run for each mutant. */
export function tooSlow(titles: string[]): string[] {
  return titles.map(
    (title) => `a test that takes over ${MOST_MILLISECONDS / 1000} s of a processor by itself: *${title}*`,
  );
}

function folderOf({ file }: Mutant): string {
  return file.split('/').slice(0, 2).join('/');
}

function table(head: string, groups: Map<string | Kind, { verdict: Verdict }[]>): string[] {
  const rows = [...groups].sort().map(([name, list]) => {
    const own = list.map(({ verdict }) => verdict);
    return [
      name,
      `${own.length}`,
      ...VERDICTS.map((one) => `${own.filter((verdict) => verdict === one).length}`),
      percent(own),
    ];
  });
  const heads = [head, 'mutants', ...VERDICTS, 'noticed'];
  return [heads, heads.map((_cell, column) => (column < 1 ? '---' : '--:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}

function percent(verdicts: Verdict[]): string {
  const noticed = verdicts.filter((verdict) => verdict === 'killed' || verdict === 'timed out').length;
  return verdicts.length === 0 ? '–' : `${((100 * noticed) / verdicts.length).toFixed(1)} %`;
}
