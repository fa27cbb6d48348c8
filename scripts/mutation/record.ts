import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE } from '../lib/places.ts';

/** What became of a mutant. */
export type Verdict = 'killed' | 'timed out' | 'survived' | 'no coverage';

/** One mutant that was tried. */
export interface Entry {
  /** The mutant's number: of the same code it is the same. */
  id: number;
  verdict: Verdict;
  /** The test that noticed it; '' for nobody. */
  by: string;
}

interface Begun {
  /** YYYY-MM-DD */
  date: string;
  /** Digest of all mutants, mutated sources and tests: verdicts hold for these alone. */
  digest: string;
}

/** What a run has found until now: kept line by line, so that it can be ended and continued at any time. */
export class MutationRecord {
  readonly path: string = join(CACHE, 'mutation', 'record.jsonl');
  readonly begun: Begun;
  readonly #entries = new Map<number, Entry>();

  /** Begins anew, or goes on with what was recorded; throws when there is nothing to go on with, or the code is another. */
  constructor(digest: string, goOn: boolean, today: string) {
    mkdirSync(dirname(this.path), { recursive: true });
    if (!goOn) {
      this.begun = { date: today, digest };
      writeFileSync(this.path, `${JSON.stringify({ begun: this.begun })}\n`);
      return;
    }
    let begun: Begun | undefined;
    for (const line of readFileSync(this.path, 'utf8').split('\n').filter(isWhole)) {
      const read = JSON.parse(line) as { begun?: Begun; entry?: Entry };
      begun ??= read.begun;
      if (read.entry) this.#entries.set(read.entry.id, read.entry);
    }
    if (!begun) throw new Error(`${this.path} holds no run to continue`);
    if (begun.digest !== digest)
      throw new Error(`sources or tests have changed since the run in ${this.path}: begin anew`);
    this.begun = begun;
  }

  get(id: number): Entry | undefined {
    return this.#entries.get(id);
  }

  add(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    appendFileSync(this.path, `${JSON.stringify({ entry })}\n`);
  }
}

/** The last line may be half written. */
function isWhole(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}
