// Runs in a worker thread: loads tests with the mutated sources, runs them once in peace, then the tests of one mutant after another.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { configureGlobal } from 'fast-check';
import { ROOT } from '../lib/places.ts';
import { type CollectedTest, collect, runTest } from './collector.ts';
import type { Order, Report, TestSeen, WorkerData } from './messages.ts';

const { testFiles, sources, task } = workerData as WorkerData;

/** A mutant that takes so many more steps than the test does in peace is taken for an endless loop. */
const TIMES = 10;
const AT_LEAST = 1_000_000;

const ENDLESS = 'it does not come to an end';

let active = typeof task === 'number' ? task : undefined;
let steps = 0;
let mostSteps = Number.POSITIVE_INFINITY;
let reached = new Set<number>();

Object.assign(globalThis, {
  $mutant: (id: number): boolean => {
    steps += 1;
    if (steps > mostSteps) throw new Error(ENDLESS);
    if (active === undefined) reached.add(id);
    return id === active;
  },
});

const AVA = pathToFileURL(`${import.meta.dirname}/collector.ts`).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'ava' ? { url: AVA, format: 'module-typescript', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) => {
    const source = sources.get(url);
    return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true };
  },
});

// The same random values for every mutant, and no search for the smallest counterexample.
configureGlobal({ seed: 1, endOnFailure: true });

if (typeof task !== 'number') await serve();
else tell(await firstFailure());

/** Everything is loaded asleep and stays. */
async function serve(): Promise<void> {
  const tests: CollectedTest[] = [];
  for (const name of testFiles) tests.push(...(await collect(name, urlOf(name))));
  const loading = [...reached];
  const seen: TestSeen[] = [];
  for (const test of task === 'peace' ? tests : []) {
    reached = new Set();
    steps = 0;
    const started = process.threadCpuUsage();
    const why = await whyFailed(test);
    if (why !== undefined) return tell({ kind: 'failed', test: nameOf(test), why });
    const { file, title } = test;
    const { user, system } = process.threadCpuUsage(started);
    seen.push({ file, title, milliseconds: (user + system) / 1000, steps, reached: [...reached] });
  }
  parentPort?.on('message', async (order: Order) => tell(await carryOut(order, tests)));
  tell({ kind: 'ready', tests: seen, loading });
}

async function carryOut({ mutant, tests: wanted }: Order, tests: CollectedTest[]): Promise<Report> {
  for (const { index, mostSteps: peaceful } of wanted) {
    const test = tests[index];
    if (!test) continue;
    active = mutant;
    mostSteps = Math.max(peaceful * TIMES, AT_LEAST);
    const why = await whyFailed(test);
    active = -1;
    mostSteps = Number.POSITIVE_INFINITY;
    if (why === undefined) continue;
    // What a mutant has left in a module must not be taken for the next one's deed.
    const polluted = (await whyFailed(test)) !== undefined;
    return { kind: 'killed', by: nameOf(test), polluted, endless: why.includes(ENDLESS) };
  }
  return { kind: 'survived' };
}

/** The mutant was on while modules were loaded: one file after another until a test fails. */
async function firstFailure(): Promise<Report> {
  for (const name of testFiles) {
    let tests: CollectedTest[];
    try {
      tests = await collect(name, urlOf(name));
    } catch {
      return { kind: 'killed', by: `${name}: it does not load`, polluted: false, endless: false };
    }
    for (const test of tests) {
      if ((await whyFailed(test)) !== undefined)
        return { kind: 'killed', by: nameOf(test), polluted: false, endless: false };
    }
  }
  return { kind: 'survived' };
}

async function whyFailed(test: CollectedTest): Promise<string | undefined> {
  steps = 0;
  try {
    await runTest(test);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function nameOf({ file, title }: CollectedTest): string {
  return `${file}: ${title}`;
}

function urlOf(name: string): string {
  return pathToFileURL(`${ROOT}/${name}`).href;
}

function tell(report: Report): void {
  parentPort?.postMessage(report);
}
