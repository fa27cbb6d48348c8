import { join } from 'node:path';
import { run } from '../lib/processes.ts';

/** One run of a command. */
interface Usage {
  milliseconds: number;
  /** The most that was resident at once. */
  megabytes: number;
  code: number;
  stderr: string;
}

/** Several runs of a command. */
export interface Measured {
  name: string;
  /** Medians. */
  milliseconds: number;
  megabytes: number;
  /** The fastest run: what the machine does when nothing else happens. */
  fastest: number;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Measures commands with the small launcher of usage/main.go. */
export class Stopwatch {
  readonly #launcher: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(launcher: string, env: NodeJS.ProcessEnv) {
    this.#launcher = launcher;
    this.#env = env;
  }

  /**
   * @param folder where the launcher is compiled to
   * @param env the environment of what is measured
   */
  static async make(folder: string, env: NodeJS.ProcessEnv): Promise<Stopwatch> {
    const launcher = join(folder, 'usage');
    const source = join(import.meta.dirname, 'usage/main.go');
    const { code, stderr } = await run('go', ['build', '-o', launcher, source], {
      env: { ...process.env, GOFLAGS: '' },
    });
    if (code !== 0) throw new Error(`go build of the launcher failed: ${stderr}`);
    return new Stopwatch(launcher, env);
  }

  /** Runs a command once. Throws when it fails. */
  async once(command: string[]): Promise<Usage> {
    const { code, stdout, stderr } = await run(this.#launcher, command, { env: this.#env });
    if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    const usage = JSON.parse(stdout) as Usage;
    if (usage.code !== 0) throw new Error(`${command.join(' ')} ended with ${usage.code}: ${usage.stderr}`);
    return usage;
  }

  /** Runs commands in turns, so that what else happens on the machine meets all of them; the first turn does not count. */
  async compare(commands: Record<string, string[]>, rounds: number): Promise<Measured[]> {
    const runs = new Map<string, Usage[]>(Object.keys(commands).map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const [name, command] of Object.entries(commands)) {
        const usage = await this.once(command);
        if (round > 0) runs.get(name)?.push(usage);
      }
    }
    return [...runs].map(([name, usages]) => ({
      name,
      milliseconds: median(usages.map(({ milliseconds }) => milliseconds)),
      megabytes: median(usages.map(({ megabytes }) => megabytes)),
      fastest: Math.min(...usages.map(({ milliseconds }) => milliseconds)),
    }));
  }
}
