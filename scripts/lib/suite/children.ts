import { type ChildProcess, spawn } from 'node:child_process';
import { ROOT } from '../places.ts';

const running = new Set<ChildProcess>();

export interface Output {
  code: number;
  stdout: string;
  /** stdout and stderr in the order of arrival. */
  all: string;
}

/** Runs a program of node_modules or of the machine at the root of the checkout, and collects what it says. */
export function collect(file: string, args: string[], env: Record<string, string> = {}): Promise<Output> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const output: Output = { code: 127, stdout: '', all: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output.stdout += chunk;
      output.all += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      output.all += chunk;
    });
    const end = (code: number | null) => {
      running.delete(child);
      resolve({ ...output, code: code ?? 1 });
    };
    child.on('error', (error) => {
      output.all += error.message;
      end(127);
    });
    child.on('close', end);
  });
}

/** Ends what still runs. Control planes of tests end by themselves when their test runner is gone. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGTERM');
}
