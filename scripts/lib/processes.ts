import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that can be recognised again after its number has been reused. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the kernel's ticks since boot; '' where /proc does not exist. */
  started: string;
}

/** Field 22 of /proc/PID/stat; fields are counted after the last ')' because a program name may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : (fields[19] ?? '');
  } catch {
    return process.platform === 'linux' ? undefined : '';
  }
}

/** Identity of a process that runs now. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) ?? 'gone' };
}

/** Whether that very process still runs (a zombie does not). */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(pid) === started;
}

/** Sends a signal to that very process; silent when it is gone. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It ended between the look and the signal: what was wanted.
  }
}

/** Ends processes: SIGTERM, then SIGKILL for those that linger after `graceMs`. Resolves when all are gone. */
export async function endAll(targets: ProcessIdentity[], graceMs: number): Promise<void> {
  for (const target of targets) signal(target, 'SIGTERM');
  if (await until(() => !targets.some(isAlive), graceMs)) return;
  for (const target of targets) signal(target, 'SIGKILL');
  await until(() => !targets.some(isAlive), 5_000);
}

/** Asks again and again until the answer is true; false when that takes longer than `limitMs`. */
export async function until(
  question: () => boolean | Promise<boolean>,
  limitMs: number,
  intervalMs = 50,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (await question()) return true;
    if (performance.now() > end) return false;
    await sleep(intervalMs);
  }
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end and collects what it says. A program that cannot be started has code 127. */
export function run(
  file: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const { input, ...rest } = options;
    const child = execFile(file, args, { ...rest, maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? 127 : 0;
      resolve({ code, stdout, stderr: stderr || (error && code === 127 ? error.message : '') });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
