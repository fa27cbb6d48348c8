import { isatty } from 'node:tty';
import type { Streams } from '../commands/context.ts';

/** The process's own streams. A closed pipe (`| head`) ends nothing: what runs is finished, and what is left is not printed. */
export function processStreams(process: NodeJS.Process): Streams {
  const { stdout, stderr } = process;
  const ignoreClosedPipe = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  };
  stdout.on('error', ignoreClosedPipe);
  stderr.on('error', ignoreClosedPipe);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    // Not stdin.isTTY: asking that opens the stream.
    inIsTTY: isatty(0),
    errIsTTY: isatty(2),
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    },
  };
}
