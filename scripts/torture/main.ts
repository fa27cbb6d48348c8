// npm run torture: breaks every run of every changing verb at every write in every way, and judges what the recovery made of it.
import { parseArgs } from 'node:util';
import { discover, runCase } from '../../test/harness/torture/case.ts';
import { type Rig, startRig } from '../../test/harness/torture/rig.ts';
import { SCENARIOS, type Scenario } from '../../test/harness/torture/scenario.ts';
import { caseName, faultName, faultNames, shuffled } from '../../test/harness/torture/table.ts';
import { duration, say } from '../lib/progress.ts';
import { TortureRecord } from './record.ts';
import { report, VERSIONS } from './report.ts';

const VERBS = SCENARIOS.map(({ verb }) => verb);

/** One case in so many asks `operations` too, which reads what the judge reads. */
const LISTED = 5;

const USAGE = `npm run torture -- [--kubernetes 1.36|1.24]… [--verb VERB]… [--fault FAULT]… [--limit N] [--planes 5]
                   [--anew | --broken]

Runs every changing verb with every fault at each of its writes, on real control planes, and recovers each time.
Goes on where the last run was ended: docs/torture.json has what was run; npm run docs makes the tables in docs/safety.md of it.
--anew begins the chosen verbs and versions again, --broken runs what was broken again. --limit takes so many cases of each.

VERB: ${VERBS.join(', ')}
FAULT: a part of the name of one of
  ${faultNames().join('\n  ')}
`;

const { values } = parseArgs({
  options: {
    kubernetes: { type: 'string', multiple: true },
    verb: { type: 'string', multiple: true },
    fault: { type: 'string', multiple: true },
    limit: { type: 'string' },
    planes: { type: 'string', default: '5' },
    anew: { type: 'boolean', default: false },
    broken: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const unknown = values.verb?.find((verb) => !VERBS.includes(verb));
if (unknown !== undefined) {
  say(`error: --verb ${JSON.stringify(unknown)} is not one of ${VERBS.join(', ')}`);
  process.exit(2);
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130));

const record = new TortureRecord();
const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
const started = performance.now();

for (const kubernetes of values.kubernetes ?? VERSIONS) {
  const chosen = SCENARIOS.filter(({ verb }) => values.verb?.includes(verb) ?? true);
  for (const alike of Map.groupBy(chosen, planeOf).values()) await onPlanes(kubernetes, alike);
}

say(report(record.rows));
const broken = record.rows.flatMap((row) => row.broken.map((name) => `broken: ${row.kubernetes} ${name}`));
for (const line of broken) say(line);
if (broken.length > 0) say(`what the programs said is in ${record.log}`);
say(`took ${duration(performance.now() - started)}; npm run docs makes the tables of it`);
process.exit(broken.length > 0 ? 1 : 0);

/** Scenarios with the same are run on the same planes. */
function planeOf({ controllerManager, kwok = false }: Scenario): string {
  return JSON.stringify([controllerManager, kwok]);
}

/** All cases of verbs whose planes are alike, on some planes side by side. */
async function onPlanes(kubernetes: string, alike: Scenario[]): Promise<void> {
  const [first] = alike;
  if (!first) return;
  const rigs = await Promise.all(Array.from({ length: Number(values.planes) }, () => startRig(kubernetes, first)));
  try {
    for (const scenario of alike) await torture(kubernetes, scenario, rigs);
  } finally {
    await Promise.all(rigs.map((rig) => rig.stop()));
  }
}

/** All cases of one verb on one version. */
async function torture(kubernetes: string, scenario: Scenario, rigs: Rig[]): Promise<void> {
  const [first] = rigs;
  if (!first) return;
  const points = await discover(first, scenario);
  const row = record.open(kubernetes, scenario, points, values.anew);
  if (values.broken) row.reopen();
  const waiting = shuffled(row.cases, record.seed)
    .filter(({ strike }) => values.fault?.some((part) => faultName(strike).includes(part)) ?? true)
    .slice(0, limit)
    .filter((one) => row.isOpen(one));
  say(
    `${scenario.verb} on ${kubernetes}: ${points.length} writes, ${row.cases.length} cases, ${waiting.length} to run`,
  );
  await Promise.all(
    rigs.map(async (rig) => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        if (!row.isOpen(one)) continue;
        const result = await runCase(rig, one, waiting.length % LISTED === 0);
        record.add(row, one, result);
        if (result.state === 'broken') say(`broken: ${kubernetes} ${caseName(one)}: ${result.complaints[0]}`);
        if (waiting.length % 100 === 0) say(`  ${waiting.length} to run, ${duration(performance.now() - started)}`);
      }
    }),
  );
}
