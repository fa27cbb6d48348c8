/**
 * The process that stays behind after `scripts/control-plane up`: node supervisor-main.ts DIR
 * Its output goes to DIR/logs/supervisor.log.
 */
import { setInterval } from 'node:timers';
import { closeInheritedDescriptors } from '../lib/descriptors.ts';
import { PlaneFiles } from './plane-files.ts';
import { Supervisor } from './supervisor.ts';

closeInheritedDescriptors();
const files = new PlaneFiles(process.argv[2] ?? '');
const plan = files.readPlan();
const wish = files.readWish();
if (!plan || !wish) throw new Error(`${files.dir} holds no plan`);
const supervisor = new Supervisor(files, plan);

/** A plane of a test runner that is gone has nobody to call `down`: its files go too. */
async function endAndExit(code: number): Promise<never> {
  await supervisor.end();
  if (supervisor.ownerIsGone()) files.remove();
  process.exit(code);
}

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void endAndExit(0));
// Also while it starts, when run() does not look yet.
setInterval(() => supervisor.ownerIsGone() && void endAndExit(0), 1000);

try {
  await supervisor.start(wish);
  const failure = await supervisor.run();
  if (failure) supervisor.fail(failure);
  await endAndExit(failure ? 1 : 0);
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`);
  supervisor.fail((error as Error).message);
  await endAndExit(1);
}
