import { isatty } from 'node:tty';
import type { Streams } from '../commands/context.ts';
import { StatusLine } from './status-line.ts';

/**
 * The process's own streams. What cannot be printed (a closed pipe, a terminal that is gone, a full disk) is lost, and ends
 * nothing: a Node may be absent just then.
 */
export function processStreams(process: NodeJS.Process): Streams {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const out = (text: string) => void stdout.write(text);
  const err = (text: string) => void stderr.write(text);
  const errIsTTY = isatty(2);
  // A dumb terminal cannot erase what it shows.
  const line = errIsTTY && process.env.TERM !== 'dumb' ? new StatusLine(err, () => stderr.columns || 80) : undefined;
  return {
    out: line && isatty(1) ? (text) => line.above(text, out) : out,
    err: line ? (text) => line.above(text, err) : err,
    status: (text) => line?.show(text),
    // Not stdin.isTTY: asking that opens the stream.
    inIsTTY: isatty(0),
    errIsTTY,
    get columns() {
      return isatty(1) ? stdout.columns : undefined;
    },
    readStdin: () => process.stdin,
  };
}

/** Waits until what was printed is on its way, at most `mostMs`: a pipe takes 64 KiB at a time. */
export async function flushed({ stdout, stderr }: NodeJS.Process, mostMs: number): Promise<void> {
  const both = [stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve())));
  const late = new Promise<void>((resolve) => setTimeout(resolve, mostMs).unref());
  await Promise.race([Promise.all(both), late]);
}
