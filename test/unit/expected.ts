import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { renderYAML } from '../../src/render/yaml.ts';

/**
 * Compares a value, as YAML and word for word, with a file below test/fixtures. After a change of words REWRITE_EXPECTED=1
 * writes the files anew: what has changed is then read in the diff.
 */
export function sameAsExpected(t: ExecutionContext, path: string, value: object): void {
  const file = fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
  const text = renderYAML(value);
  if (process.env.REWRITE_EXPECTED === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  t.is(text, readFileSync(file, 'utf8'));
}
