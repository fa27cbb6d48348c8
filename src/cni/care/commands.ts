import { shellWord } from '../../model/text.ts';
import { deletesLink, deletesRoute } from '../node-commands.ts';
import type { Leftovers } from './care.ts';

/** The commands that remove this on the node, one each. */
export function removalCommands({ links, routes }: Leftovers): string[] {
  return [...routes.map(deletesRoute), ...links.map(deletesLink)];
}

/** Removes files of the host: on the host itself, or from a pod that has its files under /host. */
export function removeFiles(paths: string[]): string {
  return `rm -f ${paths
    .flatMap((path) => [path, `/host${path}`])
    .map(shellWord)
    .join(' ')}`;
}

/** Prints a file of the host, wherever it is seen. */
export function printFile(path: string): string {
  return `cat ${shellWord(path)} 2>/dev/null || cat ${shellWord(`/host${path}`)}`;
}
