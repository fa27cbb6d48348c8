import { type ChildProcess, spawn } from 'node:child_process';
import { duration } from '../lib/progress.ts';

const running = new Set<ChildProcess>();

/** A line of the story, told apart from what programs print. */
export function tell(text: string): void {
  process.stdout.write(`# ${text}\n`);
}

/** Which lines of a long output are shown; what is left out is counted. */
export interface Excerpt {
  first: number;
  last: number;
}

function shorten(text: string, { first, last }: Excerpt): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const left = lines.length - first - last;
  if (left <= 1) return text;
  const note = `# … ${left} lines are not shown here …`;
  return `${[...lines.slice(0, first), note, ...(last > 0 ? lines.slice(-last) : [])].join('\n')}\n`;
}

export interface TypeOptions {
  /** Of stdout; all of it is shown when it is not there. */
  excerpt?: Excerpt;
  /** Of stderr. */
  words?: Excerpt;
  /** Environment that differs from the shell's. */
  env?: Record<string, string>;
  /** Gets the process: the command itself, no shell stands in between. */
  onStart?: (child: ChildProcess) => void;
}

export interface Typed {
  /** Undefined: ended by a signal. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Types commands and shows what they print: stdout, then stderr, nothing changed. */
export class Shell {
  readonly #env: Record<string, string>;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  /** Runs a command line as typed and shows it, how long it took, and its exit code. */
  async type(command: string, options: TypeOptions = {}): Promise<Typed> {
    process.stdout.write(`\n$ ${command}\n`);
    const started = performance.now();
    const result = await this.#run(command, options);
    const { excerpt, words } = options;
    process.stdout.write(excerpt ? shorten(result.stdout, excerpt) : result.stdout);
    process.stdout.write(words ? shorten(result.stderr, words) : result.stderr);
    tell(`${result.code === undefined ? 'killed' : `exit ${result.code}`}, ${duration(performance.now() - started)}`);
    return result;
  }

  #run(command: string, { env, onStart }: TypeOptions): Promise<Typed> {
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
        env: { ...this.#env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      const collected = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (chunk: string) => {
          collected[name] += chunk;
        });
      }
      child.on('error', reject);
      child.on('close', (code) => {
        running.delete(child);
        resolve({ code: code ?? undefined, ...collected });
      });
      onStart?.(child);
    });
  }
}

/** Ends commands that still run. */
export function endCommands(): void {
  for (const child of running) child.kill('SIGTERM');
}
