import type { Signals } from '../commands/context.ts';

const HELD: NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGTSTP'];

/** The process's own signals. While they are held they are only noted; otherwise they do what they always do. */
export function processSignals(process: NodeJS.Process, tell: (line: string) => void): Signals {
  let caught: string | undefined;
  const note = (signal: NodeJS.Signals) => {
    if (caught === undefined) tell(`\n${signal}: finishing the node in hand, then stopping\n`);
    caught = signal;
  };
  // A fault of ours somewhere beside the work must not end it between a DELETE and its POST.
  const survive = (error: Error) => tell(`Warning: ${error.message}\n`);
  return {
    get caught() {
      return caught;
    },
    hold() {
      for (const signal of HELD) process.on(signal, note);
      process.on('uncaughtException', survive);
      return () => {
        for (const signal of HELD) process.off(signal, note);
        process.off('uncaughtException', survive);
      };
    },
  };
}
