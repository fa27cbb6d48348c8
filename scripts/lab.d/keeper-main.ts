/**
 * The process that stays behind after `scripts/lab up`, in the switch's namespace: keeper-main.ts DIR
 * It leads connections from the caller's loopback to the API server, and ends the lab when nobody is there to do it.
 */
import { connect, type Server, type Socket } from 'node:net';
import { setInterval } from 'node:timers';
import { closeInheritedDescriptors } from '../lib/descriptors.ts';
import { isAlive } from '../lib/processes.ts';
import { endLab } from './end.ts';
import { LabFiles, labId } from './lab-files.ts';

const files = new LabFiles(process.argv[2] ?? '');
const port = files.readPlan()?.port ?? 0;

/** Both directions, each closed when its sender has closed it; when one end breaks so does the other. */
function lead(near: Socket): void {
  const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  near.pipe(far).pipe(near);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

process.once('message', (_message, handle) => {
  const door = handle as Server;
  // A server that arrives from another process has none of its options.
  door.on('connection', (near: Socket) => {
    near.allowHalfOpen = true;
    near.setNoDelay(true);
    lead(near);
  });
  process.send?.('open', () => {
    process.disconnect();
    closeInheritedDescriptors();
  });
});

/** Whoever would call `down` is gone: the starter before the lab was ready, the owner at any time. */
function isForsaken(): boolean {
  const plan = files.readPlan();
  if (!plan) return true;
  return (!plan.ready && !isAlive(plan.starter)) || (plan.owner !== undefined && !isAlive(plan.owner));
}

let ending = false;
setInterval(() => {
  if (ending || !isForsaken()) return;
  ending = true;
  void endLab({ id: labId(files.dir), dir: files.dir })
    .catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    .finally(() => process.exit());
}, 500);
