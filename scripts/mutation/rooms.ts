import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from '../lib/places.ts';

/** The rooms whose tests are tried. */
export const ROOMS: string[] = ['src/checks', 'src/plan', 'src/subnet', 'src/cni'];

/** What is not mutated, and why. */
export const LEFT_OUT: [RegExp, string][] = [
  [
    /^src\/checks\/(cluster-catalogue\.ts|catalogue\/|node\/catalogue\.ts)/,
    'the catalogue of codes: prose for people, from which docs/checks.md is made; `npm run check` holds the two together',
  ],
];

/** Files that are mutated, below the checkout. */
export function mutatedFiles(rooms: string[]): string[] {
  return rooms
    .flatMap((room) => typescriptIn(room))
    .filter((file) => !LEFT_OUT.some(([pattern]) => pattern.test(file)));
}

/** Unit tests that load one of these files, however indirectly, each with all the source files that it loads. */
export function testsOf(files: string[]): Map<string, ReadonlySet<string>> {
  const wanted = new Set(files);
  const tests = typescriptIn('test/unit').filter((name) => name.endsWith('.test.ts'));
  const loads = new Map(tests.map((test) => [test, loadedBy(test)] as const));
  return new Map([...loads].filter(([, loaded]) => [...loaded].some((file) => wanted.has(file))));
}

function typescriptIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g;

function loadedBy(test: string): ReadonlySet<string> {
  const seen = new Set([test]);
  for (const file of seen) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    for (const [, specifier = ''] of source.matchAll(IMPORT)) {
      seen.add(relative(ROOT, resolve(ROOT, dirname(file), specifier)));
    }
  }
  return seen;
}
