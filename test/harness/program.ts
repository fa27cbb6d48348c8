import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE, ROOT } from '../../scripts/lib/places.ts';

export interface ProgramOptions {
  /** KUBECONFIG; without it the program finds none. */
  kubeconfig?: string;
  /** Added to an environment of PATH and a HOME that this test process has for itself. */
  env?: Record<string, string>;
  /** What stands on standard input; default: nothing, at its end. */
  input?: string;
  /** Runs it on a terminal: everything it prints is in stdout, in order. */
  tty?: boolean;
  /** Leaves standard input open: the test types, through the child that `onStart` gets. */
  typed?: boolean;
  cwd?: string;
  /** Another entry than the usual one: a file that Node runs. */
  entry?: string;
  /** For tests that send signals or stop it on the way. */
  onStart?: (child: ChildProcess) => void;
}

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** HOME of the program under test, so that it never reads or writes the home of whoever runs the tests. */
export const TEST_HOME: string = mkdtempSync(join(tmpdir(), 'podcidr-home-'));
process.on('exit', () => rmSync(TEST_HOME, { recursive: true, force: true }));

/** The built binary when PODCIDR_BINARY is set, else the entry with short waits: bundled, where the suite has done that, or its source. */
function commandLine(args: string[], entry?: string): [string, ...string[]] {
  if (entry !== undefined) return [process.execPath, entry, ...args];
  if (process.env.PODCIDR_BINARY) return [join(ROOT, 'dist/kubectl-podcidr'), ...args];
  const { PODCIDR_BUNDLES: bundles } = process.env;
  return [process.execPath, bundles ? join(bundles, 'main.cjs') : join(ROOT, 'test/main.ts'), ...args];
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Runs `kubectl-podcidr ARGS` to its end. */
export function runPodcidr(args: string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const words = commandLine(args, options.entry);
  const [file, ...rest] = options.tty ? ['script', '-qec', `exec ${words.map(quote).join(' ')}`, '/dev/null'] : words;
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: TEST_HOME,
    // Halves the start of a run from source.
    NODE_COMPILE_CACHE: join(CACHE, 'compiled'),
    ...(options.kubeconfig !== undefined && { KUBECONFIG: options.kubeconfig }),
    ...options.env,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(file ?? '', rest, { env, cwd: options.cwd ?? ROOT, stdio: 'pipe' });
    const collected = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        collected[name] += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...collected }));
    child.stdin.on('error', () => undefined);
    if (!options.typed) child.stdin.end(options.input ?? '');
    options.onStart?.(child);
  });
}
