import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { endAll, identityOf, type ProcessIdentity } from '../lib/processes.ts';

/** How long a server may take to end itself; an API server with open watches would take a minute. */
const GRACE_MS = 500;

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  at: Date;
}

/** One running server of a plane. */
export class Child {
  readonly identity: ProcessIdentity;
  readonly startedAt: Date = new Date();
  /** Resolves when it has ended, by whatever cause. */
  readonly exit: Promise<Exit>;
  ended = false;
  readonly #log: string;
  /** Length of the log when it started: what stands before is of earlier processes. */
  readonly #offset: number;

  /** Starts it with its output appended to `log`, and an environment that holds nothing of the caller's. */
  constructor(file: string, args: string[], log: string, cwd: string) {
    const output = openSync(log, 'a', 0o600);
    this.#log = log;
    this.#offset = fstatSync(output).size;
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: cwd,
      // Memory is cheaper here than time: a tenth of an API server's is spent on collecting garbage.
      GOGC: '300',
      ...(process.env.GOMAXPROCS && { GOMAXPROCS: process.env.GOMAXPROCS }),
    };
    const child = spawn(file, args, { stdio: ['ignore', output, output], cwd, env });
    closeSync(output);
    this.identity = identityOf(child.pid ?? -1);
    this.exit = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.ended = true;
        resolve({ code, signal, at: new Date() });
      };
      child.once('exit', end);
      child.once('error', () => end(127, null));
    });
  }

  /** All that it has written. */
  output(): string {
    return readFileSync(this.#log).subarray(this.#offset).toString('utf8');
  }

  /** Why it ended, by its own words: the last line that reports an error, else the last line. */
  lastWords(): string {
    const lines = this.output()
      .split('\n')
      .filter((line) => line.trim() !== '');
    // A controller manager loses its lease, and stops asking for it, because it ends, not the other way round.
    const errors = lines.filter((line) => /^[EF]\d{4} |error|"level":"fatal"|panic/i.test(line));
    const line =
      errors.findLast((candidate) => !/leaderelection lost|context canceled/.test(candidate)) ?? lines.at(-1);
    return (line ?? 'it wrote nothing').slice(0, 500);
  }

  /** Ends it: SIGTERM, and SIGKILL soon after. */
  async end(): Promise<void> {
    if (this.ended) return;
    await endAll([this.identity], GRACE_MS);
    await this.exit;
  }
}
