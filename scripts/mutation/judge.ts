import type { Bench } from './bench.ts';
import type { Report, TestSeen } from './messages.ts';
import type { Mutant } from './mutant.ts';
import type { Entry } from './record.ts';
import { startAsleep, startAwake, type World } from './world.ts';

type Ready = Extract<Report, { kind: 'ready' }>;

/** Milliseconds that a mutant may take beyond what its tests take in peace, times this: the machine may be busy. */
const SLACK = 60_000;
const TIMES = 10;

/** Tests that take longer than this in peace, in milliseconds of the processor, are not run for each mutant. */
export const MOST_MILLISECONDS = 5000;

/** Finds out who notices a mutant; keeps one worker as long as that is sound. */
export class Judge {
  readonly #world: World;
  #bench: Bench | undefined;
  #ready: Ready | undefined;

  /** `ready`: what the run in peace of another judge has shown. */
  constructor(world: World, ready?: Ready) {
    this.#world = world;
    this.#ready = ready;
  }

  /** Starts the worker where none is; the first time all tests are run in peace. Throws when one fails. */
  async peace(): Promise<Ready> {
    if (this.#ready && this.#bench) return this.#ready;
    const { bench, ready } = await startAsleep(this.#world, this.#ready ? 'again' : 'peace');
    this.#bench = bench;
    this.#ready ??= ready;
    return this.#ready;
  }

  async judge(mutant: Mutant): Promise<Omit<Entry, 'id'>> {
    const ready = await this.peace();
    const reaching = ready.tests
      .map((test, index) => ({ ...test, index }))
      .filter(({ reached, milliseconds }) => milliseconds <= MOST_MILLISECONDS && reached.includes(mutant.id));
    const found = await this.#awake(mutant, reaching);
    if (found && found.verdict !== 'survived') return found;
    // What ran while modules were loaded ran without it.
    if (ready.loading.includes(mutant.id)) return startAwake(this.#world, mutant, ready);
    return found ?? { verdict: 'no coverage', by: '' };
  }

  async #awake({ id }: Mutant, reaching: (TestSeen & { index: number })[]): Promise<Omit<Entry, 'id'> | undefined> {
    if (reaching.length === 0) return undefined;
    const tests = reaching
      .toSorted((a, b) => a.milliseconds - b.milliseconds)
      .map(({ index, steps }) => ({ index, mostSteps: steps }));
    const limit = SLACK + TIMES * reaching.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    for (const again of [true, false]) {
      await this.peace();
      const report = await this.#bench?.ask({ mutant: id, tests }, limit);
      if (report?.kind === 'survived') return { verdict: 'survived', by: '' };
      if (report?.kind === 'killed' && !report.polluted) return noticed(report);
      await this.close();
      if (report === undefined) return { verdict: 'timed out', by: '' };
      if (report.kind === 'killed' && !again) return noticed(report);
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.#bench?.close();
    this.#bench = undefined;
  }
}

function noticed({ by, endless }: Extract<Report, { kind: 'killed' }>): Omit<Entry, 'id'> {
  return { verdict: endless ? 'timed out' : 'killed', by };
}
