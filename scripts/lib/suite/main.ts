/** scripts/test: runs the stages, says what failed, and ends with `N passed, N failed`. */
import { duration, say } from '../progress.ts';
import { endChildren } from './children.ts';
import { beginBuilds, chooseStages, type Stage, type StageName } from './stages.ts';
import type { Timing } from './test-files.ts';

const STAGES: StageName[] = ['check', 'unit', 'cluster', 'lab', 'safety', 'binary'];
const SLOWEST = 5;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130));
process.on('exit', endChildren);

function choose(words: string[]): Stage[] {
  const versions = words.filter((word) => /^\d+\.\d+$/.test(word));
  const names = STAGES.filter((name) => words.includes(name));
  const unknown = words.filter((word) => !versions.includes(word) && !names.some((name) => name === word));
  if (unknown.length > 0) {
    say(`error: unknown argument ${JSON.stringify(unknown[0])}; scripts/test [${STAGES.join('|')}]… [1.36|1.24]`);
    process.exit(2);
  }
  return chooseStages(names, versions);
}

const started = performance.now();
const stages = choose(process.argv.slice(2));
const builds = await beginBuilds(stages);
const timings: Timing[] = [];
let passed = 0;
let failed = 0;

for (const stage of stages) {
  say(`== ${stage.title}`);
  try {
    for (const name of stage.components) await builds.get(name);
    const result = await stage.run();
    passed += result.passed;
    failed += result.failed;
    timings.push(...(result.timings ?? []));
  } catch (error) {
    say(`${stage.title}: ${(error as Error).message}`);
    failed++;
  }
}

const slowest = timings.sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
if (slowest.length > 1) say('== slowest test files');
for (const { name, milliseconds } of slowest) say(`${duration(milliseconds).padStart(12)}  ${name}`);
say(`took ${duration(performance.now() - started)}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
