import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { identityOf, type ProcessIdentity } from '../lib/processes.ts';
import type { LabFiles, LabPlan } from './lab-files.ts';
import { namespacePath } from './network.ts';

/** How long the keeper may take until it has the door. */
const START_LIMIT_MS = 30_000;

/**
 * Starts the process that stays behind with a lab: in the switch's namespace, with `door`, a port of the caller's loopback,
 * which it keeps open for the API server there. Resolves when it has taken the door; the caller may close its own end.
 */
export async function startKeeper(files: LabFiles, plan: LabPlan, door: Server): Promise<ProcessIdentity> {
  const log = openSync(files.log('keeper'), 'a', 0o600);
  const main = join(import.meta.dirname, 'keeper-main.ts');
  const child = spawn('nsenter', [`--net=${namespacePath(plan.id)}`, process.execPath, main, files.dir], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
  });
  closeSync(log);
  child.unref();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the keeper of the lab does not answer')), START_LIMIT_MS);
    child.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the keeper of the lab ended with ${code} (${files.log('keeper')})`)),
    );
    child.send({ door: plan.port }, door);
  });
  child.disconnect();
  return identityOf(child.pid ?? -1);
}
