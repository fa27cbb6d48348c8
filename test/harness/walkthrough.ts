/** A command of the document, as it is typed. */
const COMMAND = /^\$ (.*)$/;

const FENCE = '```';

/** What a command printed, stdout before stderr, or on a terminal in its order. */
export interface Shown {
  output: string;
  code: number;
}

export interface Scene {
  /** Runs a command line. */
  run(command: string): Promise<Shown>;
  /**
   * Of this world's own, and as the document has it: each is put in the other's place, both ways. Longer ones first.
   */
  names?: readonly (readonly [real: string, written: string])[];
  /** True for commands that the document may have although no report has printed them. */
  isOwn(command: string): boolean;
  /** What is typed for a remedy that is no command; default: the remedy itself. */
  typed?(remedy: string): string;
}

/**
 * Runs the commands of a document's console blocks, each in its turn, and returns the document with what they print now, and the
 * exit code where it is not 0. What is no look of its own must be a remedy that was printed before, and is run as it was printed.
 * Throws when it was not.
 */
export async function replay(
  document: string,
  { run, names = [], isOwn, typed: typedFor = (remedy) => remedy }: Scene,
): Promise<string> {
  const real = (text: string) => names.reduce((all, [own, written]) => all.replaceAll(written, own), text);
  const written = (text: string) => names.reduce((all, [own, theirs]) => inPlace(all, own, theirs), text);
  const remedies: string[] = [];
  const lines: string[] = [];
  let inConsole = false;
  let printing = false;
  for (const line of document.split('\n')) {
    if (line.startsWith(FENCE)) {
      inConsole = line === `${FENCE}console`;
      printing = false;
    }
    const typed = inConsole ? COMMAND.exec(line)?.[1] : undefined;
    if (typed !== undefined) {
      const command = isOwn(typed)
        ? real(typed)
        : remedies.findLast((one) => timeless(written(one)) === timeless(typed));
      if (command === undefined) throw new Error(`no report has said: ${typed}`);
      const { output, code } = await run(command);
      remedies.push(...[...output.matchAll(/^ {2}=> (.*)$/gm)].map(([, remedy = '']) => typedFor(remedy)));
      lines.push(
        `$ ${written(command)}`,
        ...written(output.trimEnd())
          .split('\n')
          .filter((one, at) => at > 0 || one !== ''),
      );
      if (code !== 0) lines.push(`# exit code ${code}`);
      printing = true;
    } else if (!printing) lines.push(line);
  }
  return lines.join('\n');
}

/** Puts one name in the place of another; in a table the next column stays where it is. */
function inPlace(text: string, own: string, theirs: string): string {
  return text.split(own).reduce((all, rest) => {
    const blanks = /^ {2,}/.exec(rest)?.[0].length ?? 0;
    const kept = blanks === 0 ? 0 : Math.max(blanks + own.length - theirs.length, 2);
    return `${all}${theirs}${' '.repeat(kept)}${rest.slice(blanks)}`;
  });
}

/**
 * The text without what differs between two runs: names of pods, MAC addresses, ids, times, the widths of columns, and whether a
 * kubelet has just renewed its Lease.
 */
export function timeless(text: string): string {
  return text
    .replaceAll(/\b\d{8}-\d{6}-[0-9a-f]{6}\b/g, 'ID')
    .replaceAll(/(?<![0-9a-f])[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID')
    .replaceAll(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'MAC')
    .replaceAll(/\b(kube-flannel-ds|echo)-[a-z0-9]{5}\b/g, '$1-POD')
    .replaceAll(/\b(\d+h)?(\d+m)?\d+s\b/g, 'AGE')
    .replaceAll(/\b\d+m\b/g, 'AGE')
    .replaceAll(/^Waiting for the next heartbeat of .*\n|^Warning: the Lease of node .* was not renewed yet.*\n/gm, '')
    .replaceAll(/\bends in \d+ s\b/g, 'ends in N s')
    .replaceAll(/: (CrashLoopBackOff|ended with exit code 1), restarted \d+ times?$/gm, ': STATE')
    .replaceAll(/(its log cannot be read): .*/g, '$1')
    .replaceAll(/\b\S+@\S+\b/g, 'WHO')
    .replaceAll(/\b(10\.244\.\d+)\.(?!0\/|1\/)\d+\b/g, '$1.POD')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/ +$/gm, '');
}
