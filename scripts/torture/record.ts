import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CaseState } from '../../test/harness/torture/case.ts';
import { CACHE } from '../lib/places.ts';

/** One case that was run. */
export interface Entry {
  kubernetes: string;
  verb: string;
  fault: string;
  /** Name of the case, without the version. */
  name: string;
  /** The same without its recovery. */
  strike: string;
  state: CaseState;
  complaints: string[];
  said: string[];
}

/** How many writes a clean run of a verb makes, as it was found out. */
export interface Found {
  kubernetes: string;
  verb: string;
  requests: number;
  files: number;
  /** Cases whose run left nothing to recover when it was run before another recovery. */
  spared: number;
  /** Cases that are still to be run. */
  left: number;
}

interface Begun {
  seed: number;
  /** YYYY-MM-DD */
  date: string;
}

/** What a whole run has seen until now: kept line by line, so that it can be ended and continued at any time. */
export class TortureRecord {
  readonly path: string = join(CACHE, 'torture', 'record.jsonl');
  readonly entries: Entry[] = [];
  readonly found: Found[] = [];
  readonly begun: Begun;
  readonly #names = new Set<string>();
  readonly #ended = new Set<string>();

  /** Begins anew, or goes on with what was recorded; throws when there is nothing to go on with. */
  constructor(seed: number, goOn: boolean, today: string) {
    mkdirSync(dirname(this.path), { recursive: true });
    if (!goOn) {
      this.begun = { seed, date: today };
      writeFileSync(this.path, `${JSON.stringify({ begun: this.begun })}\n`);
      return;
    }
    let begun: Begun | undefined;
    for (const line of readFileSync(this.path, 'utf8').split('\n').filter(isWhole)) {
      const read = JSON.parse(line) as { begun?: Begun; entry?: Entry; found?: Found };
      begun ??= read.begun;
      if (read.entry) this.#take(read.entry);
      if (read.found) this.#replace(read.found);
    }
    if (!begun) throw new Error(`${this.path} holds no run to continue`);
    this.begun = begun;
  }

  has(kubernetes: string, name: string): boolean {
    return this.#names.has(`${kubernetes} ${name}`);
  }

  /** True when the same run was judged, and left nothing to recover: then it ends so before every recovery. */
  hasEnded(kubernetes: string, strike: string): boolean {
    return this.#ended.has(`${kubernetes} ${strike}`);
  }

  add(entry: Entry): void {
    this.#take(entry);
    appendFileSync(this.path, `${JSON.stringify({ entry })}\n`);
  }

  note(found: Found): void {
    this.#replace(found);
    appendFileSync(this.path, `${JSON.stringify({ found })}\n`);
  }

  #take(entry: Entry): void {
    const { kubernetes, name, strike, state } = entry;
    this.entries.push(entry);
    this.#names.add(`${kubernetes} ${name}`);
    if (state === 'finished' || state === 'untouched') this.#ended.add(`${kubernetes} ${strike}`);
  }

  #replace(found: Found): void {
    const at = this.found.findIndex(({ kubernetes, verb }) => kubernetes === found.kubernetes && verb === found.verb);
    if (at < 0) this.found.push(found);
    else this.found[at] = found;
  }
}

/** The last line may be half written. */
function isWhole(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}
