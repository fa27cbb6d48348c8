// npm run mutation: changes the code in many small ways, one at a time, and counts how many of them no unit test notices.
import { parseArgs } from 'node:util';
import { duration, say } from '../lib/progress.ts';
import { Judge, MOST_MILLISECONDS } from './judge.ts';
import { describe, type Mutant } from './mutant.ts';
import { MutationRecord } from './record.ts';
import { report, tooSlow, writeReport } from './report.ts';
import { ROOMS } from './rooms.ts';
import { sampleOf } from './sample.ts';
import { readWorld } from './world.ts';

const USAGE = `npm run mutation -- [--sample N] [--seed N] [--only PART]… [--workers 2] [--continue]

Tries every mutant of ${ROOMS.join(', ')}, or a random sample of N.
--only takes those whose description has this part, such as src/subnet/ or "comparison: ", and writes no report.
What was found is kept; --continue goes on where the last run was ended. The score is written to docs/testing.md.
`;

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    workers: { type: 'string', default: '2' },
    continue: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const started = performance.now();
const world = readWorld(ROOMS);
const seed = Number(values.seed);
const sample = values.sample === undefined ? undefined : { size: Number(values.sample), seed };
const record = new MutationRecord(world.digest, values.continue, new Date().toISOString().slice(0, 10));
const chosen = (sample ? sampleOf(world.mutants, sample) : world.mutants).filter((mutant) =>
  (values.only ?? ['']).some((part) => describe(mutant).includes(part)),
);
const waiting = chosen.filter((mutant) => !record.get(mutant.id));
say(`${world.mutants.length} mutants, ${waiting.length} to try, ${world.tests.size} test files`);

const first = new Judge(world);
const ready = await first.peace();
const others = Array.from(
  { length: Math.min(Number(values.workers), waiting.length) - 1 },
  () => new Judge(world, ready),
);
const judges = [first, ...others];
say(`${ready.tests.length} tests pass without a mutant, ${duration(performance.now() - started)}`);
try {
  await Promise.all(judges.map(work));
} finally {
  await Promise.all(judges.map((judge) => judge.close()));
}

for (const mutant of chosen) {
  const verdict = record.get(mutant.id)?.verdict;
  if (verdict === 'survived' || verdict === 'no coverage') process.stdout.write(`${verdict}: ${describe(mutant)}\n`);
}
const slow = ready.tests.filter(({ milliseconds }) => milliseconds > MOST_MILLISECONDS).map(({ title }) => title);
const score = report({ mutants: world.mutants, sample }, record, tooSlow(slow));
say(score);
say(`took ${duration(performance.now() - started)}; every mutant is in ${record.path}`);
if (values.only === undefined) writeReport(score);

/** One worker's share. */
async function work(judge: Judge): Promise<void> {
  for (let mutant: Mutant | undefined = waiting.shift(); mutant; mutant = waiting.shift()) {
    record.add({ id: mutant.id, ...(await judge.judge(mutant)) });
    if (waiting.length % 100 === 0) say(`  ${waiting.length} to try, ${duration(performance.now() - started)}`);
  }
}
