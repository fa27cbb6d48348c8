import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { identityOf, type ProcessIdentity } from '../lib/processes.ts';

/** Becomes the program given, without the descriptors that bash itself was handed: someone may wait for the end of a pipe. */
const WITHOUT_DESCRIPTORS =
  'cd /proc/self/fd; for n in *; do [ "$n" -le 2 ] || eval "exec $n>&-"; done; cd /; exec "$@"';

/** Starts a program that stays when this process ends, in a session of its own, its output appended to `log`. */
export function startDetached(log: string, command: string[]): ProcessIdentity {
  const output = openSync(log, 'a', 0o600);
  const child = spawn('bash', ['-c', WITHOUT_DESCRIPTORS, 'bash', ...command], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
  });
  closeSync(output);
  child.on('error', () => undefined);
  child.unref();
  return identityOf(child.pid ?? -1);
}
