import { type ChildProcess, spawn } from 'node:child_process';

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

/** Types commands and shows what they print: stdout, then stderr, nothing changed. */
export class Shell {
  readonly #env: Record<string, string>;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  /** Runs a command line as typed and shows it. Resolves with its exit code and stdout. */
  async type(command: string, excerpt?: Excerpt): Promise<{ code: number; stdout: string }> {
    process.stdout.write(`\n$ ${command}\n`);
    const result = await this.run(command);
    process.stdout.write(excerpt ? shorten(result.stdout, excerpt) : result.stdout);
    process.stdout.write(result.stderr);
    tell(`exit ${result.code}`);
    return result;
  }

  run(command: string): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', `exec ${command}`], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
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
        resolve({ code: code ?? 1, ...collected });
      });
    });
  }
}

/** Ends commands that still run. */
export function endCommands(): void {
  for (const child of running) child.kill('SIGTERM');
}
