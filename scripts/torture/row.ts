import type { Case, CaseState } from '../../test/harness/torture/case.ts';
import type { Point } from '../../test/harness/torture/points.ts';
import { pointName } from '../../test/harness/torture/points.ts';
import { allCases, caseName, casesAt, strikeName } from '../../test/harness/torture/table.ts';

/** One verb on one version, as it is kept: nothing in it hangs on the machine that ran it. */
export interface KeptRow {
  kubernetes: string;
  verb: string;
  /** YYYY-MM-DD of the first and of the last case. */
  from: string;
  to: string;
  /** Names of the broken ones. */
  broken: string[];
  /** A letter for each case at a write, in the order of `casesAt`, by the write's name. */
  requests: Record<string, string>;
  files: Record<string, string>;
}

/** What is known of a case: how it ended, that its run left nothing to recover before another recovery, or nothing yet. */
export type Known = CaseState | 'spared' | 'open';

const LETTERS: Record<Known, string> = {
  finished: 'f',
  untouched: 'u',
  resumed: 'r',
  'rolled back': 'b',
  'not reached': 'n',
  broken: 'X',
  spared: 's',
  open: '.',
};

/** Takes down the results of one verb on one version. */
export class Row {
  readonly kept: KeptRow;
  /** All cases at the writes of a clean run. */
  readonly cases: Case[];

  constructor(kept: KeptRow, points: Point[], scenario: Case['scenario']) {
    this.kept = kept;
    this.cases = allCases(scenario, points);
    for (const point of points) {
      const own = this.#writes(point);
      const { length } = casesAt(scenario, point);
      if (own[pointName(point)]?.length !== length) own[pointName(point)] = LETTERS.open.repeat(length);
    }
    // The lock is renewed by the clock: such a write may be missing this time. What was run at it stays.
    const names = new Set(points.map(pointName));
    for (const own of [kept.requests, kept.files]) {
      for (const [name, letters] of Object.entries(own)) {
        if (!names.has(name) && countKnown(letters, 'open') > 0) delete own[name];
      }
    }
  }

  isOpen(one: Case): boolean {
    return this.#at(one).letter === LETTERS.open;
  }

  add(one: Case, state: CaseState): void {
    this.#put(one, state);
    if (state === 'broken') this.kept.broken.push(caseName(one));
    if (state !== 'finished' && state !== 'untouched') return;
    for (const other of casesAt(one.scenario, one.strike.point)) {
      if (strikeName(other) === strikeName(one) && this.isOpen(other)) this.#put(other, 'spared');
    }
  }

  /** Broken ones are to be run again. */
  reopen(): void {
    for (const one of this.cases) if (this.#at(one).letter === LETTERS.broken) this.#put(one, 'open');
    this.kept.broken = [];
  }

  #put(one: Case, known: Known): void {
    const { letters, index } = this.#at(one);
    this.#writes(one.strike.point)[pointName(one.strike.point)] =
      `${letters.slice(0, index)}${LETTERS[known]}${letters.slice(index + 1)}`;
  }

  #at(one: Case): { letters: string; index: number; letter: string | undefined } {
    const { point } = one.strike;
    const letters = this.#writes(point)[pointName(point)] ?? '';
    const index = casesAt(one.scenario, point).findIndex((other) => caseName(other) === caseName(one));
    return { letters, index, letter: letters[index] };
  }

  #writes({ kind }: Point): Record<string, string> {
    return kind === 'request' ? this.kept.requests : this.kept.files;
  }
}

/** How many of these cases are known to be so. */
export function countKnown(letters: string, known: Known): number {
  return letters.split(LETTERS[known]).length - 1;
}
