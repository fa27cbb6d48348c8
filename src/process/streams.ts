import { isatty } from 'node:tty';
import { getSystemErrorMap } from 'node:util';
import type { Streams } from '../commands/context.ts';
import { Failure } from '../model/failure.ts';
import { StatusLine } from './status-line.ts';

/**
 * The process's own streams. What cannot be printed (a closed pipe, a terminal that is gone, a full disk) is lost, and ends
 * nothing: a Node may be absent just then.
 */
export function processStreams(process: NodeJS.Process): Streams {
  const { stdout, stderr } = process;
  stderr.on('error', () => undefined);
  let lost: NodeJS.ErrnoException | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    lost ??= error;
  });
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
      // 0 on a serial console: nobody has told it how wide it is.
      return (isatty(1) && stdout.columns) || undefined;
    },
    async written() {
      await written(stdout);
      if (lost && !GONE.includes(lost.code ?? '')) throw new Failure(`write /dev/stdout: ${cause(lost)}`);
    },
    readStdin: () => process.stdin,
  };
}

/** Who read has had enough, as head(1) has, or the terminal was closed. */
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/** As kubectl words it: "no space left on device". */
function cause({ errno, code, message }: NodeJS.ErrnoException): string {
  const [, text] = (errno !== undefined && getSystemErrorMap().get(errno)) || [];
  return text ?? code ?? message;
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** Waits until what was printed is on its way, at most `mostMs`: a pipe takes 64 KiB at a time. */
export async function flushed({ stdout, stderr }: NodeJS.Process, mostMs: number): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, mostMs).unref());
  await Promise.race([Promise.all([stdout, stderr].map(written)), late]);
}
