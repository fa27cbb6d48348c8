import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { duration, say } from '../progress.ts';
import { collect } from './children.ts';
import { type Counts, readTap } from './tap.ts';

/** Test files that run side by side: one more than the two cores that we count on, because each waits now and then. */
const SIDE_BY_SIDE = 3;

export interface Timing {
  name: string;
  milliseconds: number;
}

/** Files that take longer than their size tells, the longest first. */
const LONG = [
  'lab/care-interrupted.test.ts',
  'lab/lasting.test.ts',
  'lab/inspect.test.ts',
  'lab/care.test.ts',
  'lab/care-flannel-0.25.test.ts',
  'cluster/walkthrough.test.ts',
  'cluster/reassign/fault.test.ts',
  'safety/rollback.test.ts',
  'safety/lock.test.ts',
  'safety/invalid.test.ts',
  'safety/care.test.ts',
  'safety/reset.test.ts',
].map((name) => join('test', name));

/**
 * Test files below a folder of test/, as paths from the root of the checkout, the longest first: what begins last should not take
 * long.
 */
function testFiles(folder: string): string[] {
  const path = join(ROOT, 'test', folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const files = names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', folder, name))
    .sort((a, b) => statSync(join(ROOT, b)).size - statSync(join(ROOT, a)).size || (a < b ? -1 : 1));
  const long = LONG.filter((name) => files.includes(name));
  return [...long, ...files.filter((name) => !long.includes(name))];
}

/**
 * Runs files in one ava process. A run that reports nothing has failed, and so has one that ends badly though every test
 * passed: an exception outside of a test, a time-out, a file without tests.
 */
async function runAva(name: string, files: string[], env: Record<string, string>): Promise<Counts & Timing> {
  const started = performance.now();
  const output = await collect('ava', ['--tap', ...files], env);
  const milliseconds = performance.now() - started;
  const { passed, failed, failures } = readTap(output.stdout);
  const unexplained = failed === 0 && (output.code !== 0 || passed === 0);
  const counts = { passed, failed: unexplained ? 1 : failed };
  say(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${duration(milliseconds)}`);
  for (const failure of failures) say(failure.replace(/^/gm, '    '));
  if (unexplained) say(output.all.slice(-4000).replace(/^/gm, '    '));
  return { ...counts, name, milliseconds };
}

/** All files together: for tests that are quick and need no server. */
export async function runTogether(folder: string): Promise<Counts> {
  const files = testFiles(folder);
  if (files.length > 0) return runAva(`test/${folder}`, files, {});
  say(`test/${folder}: holds no test file`);
  return { passed: 0, failed: 1 };
}

/** Each file in a process of its own, some at a time: for tests with servers, and to know what each file takes. */
export async function runEach(
  folder: string,
  env: Record<string, string>,
  label: string,
  { leaveOut = [] }: { leaveOut?: RegExp[] } = {},
): Promise<Counts & { timings: Timing[] }> {
  const waiting = testFiles(folder).filter((file) => !leaveOut.some((pattern) => pattern.test(file)));
  const total: Counts & { timings: Timing[] } = { passed: 0, failed: waiting.length > 0 ? 0 : 1, timings: [] };
  if (waiting.length === 0) say(`test/${folder}: holds no test file`);
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runAva(`${file}${label}`, [file], env);
      total.passed += result.passed;
      total.failed += result.failed;
      total.timings.push(result);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return total;
}
