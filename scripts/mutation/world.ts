import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../lib/places.ts';
import { Bench } from './bench.ts';
import type { Report, TestSeen } from './messages.ts';
import type { Mutant } from './mutant.ts';
import type { Entry } from './record.ts';
import { mutatedFiles, testsOf } from './rooms.ts';
import { schemataOf } from './schemata.ts';

/** All mutants of some rooms, the sources with them in it, and the tests that load these. */
export interface World {
  mutants: Mutant[];
  sources: ReadonlyMap<string, string>;
  /** Test files, each with what it loads. */
  tests: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of all that verdicts hang on. */
  digest: string;
}

export function readWorld(rooms: string[]): World {
  const files = mutatedFiles(rooms);
  const tests = testsOf(files);
  const mutants: Mutant[] = [];
  const sources = new Map<string, string>();
  for (const file of files) {
    const made = schemataOf(file, read(file), mutants.length);
    mutants.push(...made.mutants);
    sources.set(pathToFileURL(join(ROOT, file)).href, made.text);
  }
  const hash = createHash('sha256').update(JSON.stringify(mutants));
  for (const file of new Set([...tests.values()].flatMap((loaded) => [...loaded]).sort())) hash.update(read(file));
  return { mutants, sources, tests, digest: hash.digest('hex').slice(0, 16) };
}

/** Loads all tests, and runs them in peace the first time. Throws when one fails. */
export async function startAsleep(
  { sources, tests }: World,
  task: 'peace' | 'again',
): Promise<{ bench: Bench; ready: Ready }> {
  const bench = new Bench({ testFiles: [...tests.keys()], sources, task });
  const report = await bench.ask(undefined, 30 * 60_000);
  if (report?.kind === 'ready') return { bench, ready: report };
  await bench.close();
  if (report?.kind === 'failed') throw new Error(`a test fails without any mutant: ${report.test}\n${report.why}`);
  throw new Error('the tests do not load, or do not come to an end');
}

type Ready = Extract<Report, { kind: 'ready' }>;

/** Most milliseconds for loading and running the tests with a mutant in what runs while modules are loaded. */
const LIMIT = 5 * 60_000;

/** Loads the tests that come by the mutant's file anew, with the mutant switched on from the start. */
export async function startAwake(
  { sources, tests }: World,
  mutant: Mutant,
  { tests: seen }: Ready,
): Promise<Omit<Entry, 'id'>> {
  const testFiles = [...tests]
    .filter(([, loaded]) => loaded.has(mutant.file))
    .map(([name]) => ({ name, rank: rankOf(name, mutant, seen) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
  const bench = new Bench({ testFiles, sources, task: mutant.id });
  const report = await bench.ask(undefined, LIMIT);
  await bench.close();
  if (report?.kind === 'killed') return { verdict: 'killed', by: report.by };
  return { verdict: report ? 'survived' : 'timed out', by: '' };
}

/** Quick ones first, and before all the tests of the same room. */
function rankOf(name: string, { file }: Mutant, seen: TestSeen[]): number {
  const own = file.replace(/^src\//, 'test/unit/').replace(/\.ts$/, '.test.ts');
  if (name === own) return -1;
  return seen.filter((test) => test.file === name).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
