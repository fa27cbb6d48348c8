import { shellWord } from '../../model/text.ts';
import { deletesLink, deletesRoute } from '../node-commands.ts';
import type { Leftovers } from './care.ts';

/** The commands that remove this on the node, one each. */
export function removalCommands({ links, routes }: Leftovers): string[] {
  return [...routes.map(deletesRoute), ...links.map(deletesLink)];
}

/** The commands that remove files of the host: on the host itself, or from a pod that has its files under /host. */
export function fileRemovals(paths: string[]): string[] {
  return paths.map((path) => `rm -f ${shellWord(path)} ${shellWord(`/host${path}`)}`);
}

/** Prints a file of the host, wherever it is seen. */
export function printFile(path: string): string {
  return `cat ${shellWord(path)} 2>/dev/null || cat ${shellWord(`/host${path}`)}`;
}

/** What is gone already is no failure: what is left is looked at afterwards. */
export function asScript(commands: string[]): string {
  return commands.map((command) => `${command} || true`).join('\n');
}
