import { isatty } from 'node:tty';
import type { Streams } from '../commands/context.ts';

/**
 * The process's own streams. What cannot be printed (a closed pipe, a terminal that is gone, a full disk) is lost, and ends
 * nothing: a Node may be absent just then.
 */
export function processStreams(process: NodeJS.Process): Streams {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
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

/** Waits until what was printed is on its way, at most `mostMs`: a pipe takes 64 KiB at a time. */
export async function flushed({ stdout, stderr }: NodeJS.Process, mostMs: number): Promise<void> {
  const both = [stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve())));
  const late = new Promise<void>((resolve) => setTimeout(resolve, mostMs).unref());
  await Promise.race([Promise.all(both), late]);
}
