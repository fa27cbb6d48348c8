import test, { type ExecutionContext } from 'ava';
import { type Case, discover, runCase } from '../harness/torture/case.ts';
import type { Point } from '../harness/torture/points.ts';
import { type Rig, startRig } from '../harness/torture/rig.ts';
import type { Scenario } from '../harness/torture/scenario.ts';
import { allCases, caseName, killCases, shuffled, swapCases } from '../harness/torture/table.ts';

/** Cases of each verb on the older version, chosen by a seed. */
const SAMPLE = 7;

/** On which of so many writes something else happens in each story: every second, on the older version every sixth. */
const EVERY = { newer: 2, older: 6 };

const isNewer = (process.env.KUBERNETES ?? '1.36') === '1.36';

/** npm run safety:whole: nothing is sampled. */
const isWhole = process.env.SAFETY === 'whole';

/** The writes at which a story is told; stories take turns, so that no write is without one. */
export function writesInTurn(writes: Point[], turn: number): Point[] {
  const every = isWhole ? 1 : isNewer ? EVERY.newer : EVERY.older;
  return writes.filter((_, index) => index % every === turn % every);
}

/**
 * Declares the tests of one verb: every write × SIGKILL, every fault at the swap; on the older version a sample of all. `swap`: false
 * where another verb has the very same.
 */
export function tortureTests(scenario: Scenario, { swap = true } = {}): void {
  let rig: Rig;
  let points: Point[];
  test.before(async () => {
    rig = await startRig(undefined, scenario);
    points = await discover(rig, scenario);
  });
  test.after.always(() => rig?.stop());

  async function holds(t: ExecutionContext, cases: Case[]): Promise<void> {
    t.timeout(15 * 60_000);
    t.true(cases.length > 0);
    for (const [index, one] of cases.entries()) {
      const { complaints, said } = await runCase(rig, one, index % 5 === 0);
      t.deepEqual(complaints, [], [caseName(one), ...said].join('\n'));
    }
  }

  const { verb } = scenario;
  if (isWhole || isNewer) {
    test.serial(
      `${verb}: killed at any write to the server or the disk, it is finished or undone from any machine`,
      (t) => holds(t, killCases(scenario, points)),
    );
    if (!swap && !isWhole) return;
    test.serial(`${verb}: whatever befalls the requests that give the Node its subnet, it is there, whole`, (t) =>
      holds(t, swapCases(scenario, points)),
    );
  } else {
    test.serial(`${verb}: a sample of all faults at all writes loses nothing`, (t) =>
      holds(t, shuffled(allCases(scenario, points), 1).slice(0, SAMPLE)),
    );
  }
}
