import { runPodcidr } from './program.ts';

/** A command of the document, as it is typed. */
const COMMAND = /^\$ kubectl podcidr (.*)$/;

const FENCE = '```';

export interface Scene {
  kubeconfig: string;
  /** Arguments that a reader does not see: where backups are kept, for example. */
  hidden(args: string[]): string[];
  /** Entry of the program. */
  entry: string;
}

/**
 * Runs the commands of a document's console blocks, each in its turn, and returns the document with what they print now: stdout, then
 * stderr, then the exit code where it is not 0.
 */
export async function replay(document: string, { kubeconfig, hidden, entry }: Scene): Promise<string> {
  const lines: string[] = [];
  let printing = false;
  for (const line of document.split('\n')) {
    const command = COMMAND.exec(line)?.[1];
    if (line === FENCE) printing = false;
    if (command !== undefined) {
      const args = command.split(' ');
      const ran = await runPodcidr([...args, ...hidden(args)], { kubeconfig, entry });
      const output = `${ran.stdout}${ran.stderr}`.trimEnd().split('\n');
      lines.push(line, ...output, ...(ran.code === 0 ? [] : [`# exit code ${ran.code}`]));
      printing = true;
    } else if (!printing) lines.push(line);
  }
  return lines.join('\n');
}

/** The text without what differs between two runs: names of pods, MAC addresses, ids, times, the widths of columns. */
export function timeless(text: string): string {
  return text
    .replaceAll(/\b\d{8}-\d{6}-[0-9a-f]{6}\b/g, 'ID')
    .replaceAll(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'MAC')
    .replaceAll(/\b(kube-flannel-ds|echo)-[a-z0-9]{5}\b/g, '$1-POD')
    .replaceAll(/\b(\d+h)?(\d+m)?\d+s\b/g, 'AGE')
    .replaceAll(/\b\d+m\b/g, 'AGE')
    .replaceAll(/\b\S+@\S+\b/g, 'WHO')
    .replaceAll(/\b(10\.244\.\d+)\.(?!0\/|1\/)\d+\b/g, '$1.POD')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/ +$/gm, '');
}
