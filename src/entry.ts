import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { runProgram } from './cli/program.ts';
import type { Context } from './commands/context.ts';
import type { Waits } from './model/clock.ts';
import { type ExitCode, Failure } from './model/failure.ts';
import { quote } from './model/quote.ts';
import { systemClock } from './process/clock.ts';
import { failureText } from './process/failure-text.ts';
import { terminalPrompt } from './process/prompt.ts';
import { processSignals } from './process/signals.ts';
import { flushed, processStreams } from './process/streams.ts';

declare const __VERSION__: string | undefined;

/** Runs the program in this process and ends it: arguments in, exit code out. */
export async function enter(waits: Waits): Promise<void> {
  const context = compose(waits);
  const code = await run(process.argv.slice(2), context);
  await flushed(process, 5_000);
  process.exit(code);
}

async function run(argv: string[], context: Context): Promise<ExitCode> {
  try {
    return await runProgram(argv, context);
  } catch (error) {
    const { text, code } = failureText(error);
    context.streams.err(text);
    return code;
  }
}

function compose(waits: Waits): Context {
  const streams = processStreams(process);
  const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
  return {
    env: process.env,
    streams,
    clock: systemClock,
    waits,
    signals: processSignals(process, streams.err),
    version,
    identity: identity(),
    process: { pid: process.pid, runs },
    random: (digits) =>
      randomBytes(Math.ceil(digits / 2))
        .toString('hex')
        .slice(0, digits),
    prompt: terminalPrompt,
    async connect(flags) {
      const { connect } = await import('./kube/connect.ts');
      const wire = await connect(flags, { env: process.env, version, stdinIsTTY: streams.inIsTTY });
      if (verbosity(flags.verbosity) < 6) return wire;
      const { logged } = await import('./kube/wire/logged.ts');
      return logged(wire, (line) => streams.err(`${line}\n`), systemClock.monotonic);
    },
  };
}

/** Signal 0 asks without sending anything; a process of somebody else may not be asked, but runs. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In a container the user may have no name. */
function identity(): string {
  let user: string;
  try {
    user = userInfo().username;
  } catch {
    user = process.env.USER ?? 'unknown';
  }
  return `${user}@${hostname()}`;
}

/** Throws Failure when the level is no number. */
function verbosity(level: string | undefined): number {
  if (level === undefined || /^\d+$/.test(level)) return Number(level ?? 0);
  throw new Failure(`-v ${quote(level)} is no log level: it is a number, like 6`);
}
