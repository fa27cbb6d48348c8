import type { Streams } from '../commands/context.ts';

/** The process's own streams. A closed pipe (`| head`) ends nothing: what runs is finished, and what is left is not printed. */
export function processStreams({ stdin, stdout, stderr }: NodeJS.Process): Streams {
  const ignoreClosedPipe = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  };
  stdout.on('error', ignoreClosedPipe);
  stderr.on('error', ignoreClosedPipe);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    inIsTTY: stdin.isTTY === true,
    errIsTTY: stderr.isTTY === true,
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    },
  };
}
