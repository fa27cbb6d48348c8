import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CODES } from '../../src/checks/catalogue.ts';
import { TortureRecord } from '../torture/record.ts';
import { report } from '../torture/report.ts';
import { checks, checkTable, commandTable, exitCodes, reference } from './reference.ts';

// Writes the texts that are made from the code and from what was measured; with --check only compares, and fails on drift.

const root = join(import.meta.dirname, '..', '..');

/** Parts between `<!-- NAME -->` and `<!-- /NAME -->` of the pages written by hand. */
const PARTS: Record<string, string> = {
  commands: commandTable(),
  checks: checkTable(),
  'exit-codes': exitCodes(),
  torture: report(new TortureRecord().rows),
};

const PAGES: [file: string, make: (text: string) => string][] = [
  ['docs/reference.md', () => `${reference()}\n`],
  ['docs/checks.md', () => `${checks()}\n`],
  ['README.md', fillParts],
  ['docs/safety.md', fillParts],
];

function fillParts(text: string): string {
  return Object.entries(PARTS).reduce(
    (page, [name, part]) =>
      page.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`), `$1\n${part}\n\n$2`),
    text,
  );
}

const drifted: string[] = [];
for (const [file, make] of PAGES) {
  const path = join(root, file);
  const before = await readFile(path, 'utf8').catch(() => '');
  const after = make(before);
  if (before === after) continue;
  drifted.push(file);
  if (!process.argv.includes('--check')) await writeFile(path, after);
}
// The Chinese page is written by hand: it must know every code.
const chinese = await readFile(join(root, 'README.zh-CN.md'), 'utf8');
const unknown = CODES.filter((code) => !chinese.includes(`\`${code}\``));
if (unknown.length > 0) {
  console.error(`error: README.zh-CN.md does not explain ${unknown.join(', ')}`);
  process.exitCode = 1;
}
if (process.argv.includes('--check') && drifted.length > 0) {
  console.error(`error: ${drifted.join(', ')} do not match the code; run npm run docs`);
  process.exitCode = 1;
}
