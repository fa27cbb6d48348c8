import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, CaseResult } from '../../test/harness/torture/case.ts';
import type { Point } from '../../test/harness/torture/points.ts';
import { caseName } from '../../test/harness/torture/table.ts';
import { CACHE, ROOT } from '../lib/places.ts';
import { type KeptRow, Row } from './row.ts';

const FILE = join(ROOT, 'docs/torture.json');

interface Kept {
  seed: number;
  rows: KeptRow[];
}

/**
 * What has been seen of the whole table until now, in docs/torture.json: each case is written there as it ends, so that a run can be
 * ended at any time, and gone on with on another machine.
 */
export class TortureRecord {
  /** What the programs said in broken cases, a line of JSON each; of this machine alone. */
  readonly log: string = join(CACHE, 'torture', 'broken.jsonl');
  readonly #kept: Kept = JSON.parse(readFileSync(FILE, 'utf8')) as Kept;

  get seed(): number {
    return this.#kept.seed;
  }

  get rows(): KeptRow[] {
    return this.#kept.rows;
  }

  /** The row to go on with. `anew`: as if nothing of it had been run. */
  open(kubernetes: string, scenario: Case['scenario'], points: Point[], anew: boolean): Row {
    const { verb } = scenario;
    const at = this.rows.findIndex((row) => row.kubernetes === kubernetes && row.verb === verb);
    const begun = { kubernetes, verb, from: today(), to: today(), broken: [], requests: {}, files: {} };
    const kept = (anew ? undefined : this.rows[at]) ?? begun;
    this.rows.splice(at < 0 ? this.rows.length : at, 1, kept);
    return new Row(kept, points, scenario);
  }

  add(row: Row, one: Case, { state, complaints, said }: CaseResult): void {
    row.add(one, state);
    row.kept.to = today();
    if (state === 'broken') {
      mkdirSync(join(CACHE, 'torture'), { recursive: true });
      const { kubernetes } = row.kept;
      appendFileSync(this.log, `${JSON.stringify({ kubernetes, name: caseName(one), complaints, said })}\n`);
    }
    const temporary = `${FILE}.new`;
    writeFileSync(temporary, `${JSON.stringify(this.#kept, undefined, 2)}\n`);
    renameSync(temporary, FILE);
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
