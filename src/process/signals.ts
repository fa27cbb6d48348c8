import type { Signals } from '../commands/context.ts';

const HELD: NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGTSTP'];

/** Given twice they mean it. A terminal that goes sends SIGHUP more than once, and SIGTSTP asks for a pause. */
const INSISTENT: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

const FINISHING = { says: 'finishing the node in hand, then stopping', run: () => undefined };

/** The process's own signals. While they are held they are only noted; otherwise they do what they always do. */
export function processSignals(process: NodeJS.Process, tell: (line: string) => void): Signals {
  let caught: string | undefined;
  // A fault of ours somewhere beside the work must not end it between a DELETE and its POST.
  const survive = (error: Error) => tell(`Warning: ${error.message}\n`);
  return {
    get caught() {
      return caught;
    },
    hold(again, first = FINISHING) {
      const note = (signal: NodeJS.Signals) => {
        const insists = INSISTENT.includes(signal);
        if (caught !== undefined) {
          if (insists) again(signal);
          return;
        }
        caught = signal;
        tell(`${signal}: ${first.says}${insists ? '; again to stop at once' : ''}\n`);
        first.run(signal);
      };
      for (const signal of HELD) process.on(signal, note);
      process.on('uncaughtException', survive);
      return () => {
        for (const signal of HELD) process.off(signal, note);
        process.off('uncaughtException', survive);
      };
    },
  };
}
