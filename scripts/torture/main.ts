// npm run torture: breaks every run of every changing verb at every write in every way, and judges what the recovery made of it.
import { parseArgs } from 'node:util';
import { type Case, discover, runCase } from '../../test/harness/torture/case.ts';
import { startRig } from '../../test/harness/torture/rig.ts';
import { SCENARIOS, type Scenario } from '../../test/harness/torture/scenario.ts';
import { allCases, caseName, faultName, faultNames, shuffled, strikeName } from '../../test/harness/torture/table.ts';
import { duration, say } from '../lib/progress.ts';
import { TortureRecord } from './record.ts';
import { broken, report, writeReport } from './report.ts';

const VERBS = SCENARIOS.map(({ verb }) => verb);

/** One case in so many asks `operations` too, which reads what the judge reads. */
const LISTED = 5;

const USAGE = `npm run torture -- [--kubernetes 1.36|1.24]… [--verb VERB]… [--fault FAULT]… [--limit N] [--seed N]
                   [--planes 4] [--continue]

Runs every changing verb with every fault at each of its writes, on real control planes, and recovers each time.
What was run is kept; --continue goes on where the last run was ended. --limit takes so many cases of each verb and version.
The tables in docs/safety.md are written when neither verbs, faults nor versions were narrowed.

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
    seed: { type: 'string', default: '1' },
    planes: { type: 'string', default: '4' },
    continue: { type: 'boolean', default: false },
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

const record = new TortureRecord(Number(values.seed), values.continue, new Date().toISOString().slice(0, 10));
const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
const started = performance.now();

for (const kubernetes of values.kubernetes ?? ['1.36', '1.24']) {
  for (const scenario of SCENARIOS) {
    if (values.verb === undefined || values.verb.includes(scenario.verb)) await torture(kubernetes, scenario);
  }
}

say(report(record));
for (const { kubernetes, name, complaints } of broken(record.entries)) {
  say(`${kubernetes} ${name}\n${complaints.map((line) => `    ${line}`).join('\n')}`);
}
say(`took ${duration(performance.now() - started)}; every case is in ${record.path}`);
const narrowed = values.kubernetes ?? values.verb ?? values.fault;
if (narrowed === undefined) writeReport(report(record));
process.exit(broken(record.entries).length > 0 ? 1 : 0);

/** All cases of one verb on one version, on some planes side by side. */
async function torture(kubernetes: string, scenario: Scenario): Promise<void> {
  const rigs = await Promise.all(Array.from({ length: Number(values.planes) }, () => startRig(kubernetes, scenario)));
  try {
    const [first] = rigs;
    if (!first) return;
    const points = await discover(first, scenario);
    const all = allCases(scenario, points);
    const requests = points.filter(({ kind }) => kind === 'request').length;
    const isOpen = (one: Case) =>
      !record.has(kubernetes, caseName(one)) && !record.hasEnded(kubernetes, strikeName(one));
    const note = () => {
      const unrun = all.filter((one) => !record.has(kubernetes, caseName(one)));
      const left = unrun.filter(isOpen).length;
      const [files, spared] = [points.length - requests, unrun.length - left];
      record.note({ kubernetes, verb: scenario.verb, requests, files, spared, left });
    };
    note();
    const waiting = shuffled(all, record.begun.seed)
      .filter(({ strike }) => values.fault?.some((part) => faultName(strike).includes(part)) ?? true)
      .slice(0, limit)
      .filter(isOpen);
    say(`${scenario.verb} on ${kubernetes}: ${points.length} writes, ${all.length} cases, ${waiting.length} to run`);
    await Promise.all(
      rigs.map(async (rig) => {
        for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
          if (!isOpen(one)) continue;
          const [name, strike] = [caseName(one), strikeName(one)];
          const result = await runCase(rig, one, waiting.length % LISTED === 0);
          record.add({ kubernetes, verb: scenario.verb, fault: faultName(one.strike), name, strike, ...result });
          if (result.state === 'broken') say(`broken: ${kubernetes} ${name}: ${result.complaints[0]}`);
          if (waiting.length % 100 > 0) continue;
          note();
          say(`  ${waiting.length} to run, ${duration(performance.now() - started)}`);
        }
      }),
    );
    note();
  } finally {
    await Promise.all(rigs.map((rig) => rig.stop()));
  }
}
