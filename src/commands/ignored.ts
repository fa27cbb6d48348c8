import { Failure } from '../model/failure.ts';
import type { Attested } from '../model/operation.ts';
import { quote } from '../model/quote.ts';
import { DELETION_WATCHERS, type WatcherName } from '../model/surroundings.ts';
import { didYouMean } from './nearest.ts';

/** The values of --ignore, each a name or a list of names. Throws Failure with the nearest name. */
export function readIgnored(values: string[]): WatcherName[] {
  return values.flatMap((value) => value.split(',')).map(readName);
}

/** The values of the flags by which an operator vouches for something. */
export interface AttestationArgs {
  machinePaused: boolean;
  offlineNode: boolean;
  /** Values of --ignore. */
  ignored: string[];
}

/** What is vouched for by the flags, and was before: it is not asked for twice. Throws Failure as `readIgnored` does. */
export function attestedBy({ machinePaused, offlineNode, ignored }: AttestationArgs, before?: Attested): Attested {
  return {
    machinePaused: machinePaused || (before?.machinePaused ?? false),
    offlineNode: offlineNode || (before?.offlineNode ?? false),
    ignored: [...new Set([...readIgnored(ignored), ...(before?.ignored ?? [])])],
  };
}

function readName(word: string): WatcherName {
  const name = DELETION_WATCHERS.find((one) => one === word);
  if (name) return name;
  throw new Failure(`--ignore knows no ${quote(word)}${didYouMean(word, DELETION_WATCHERS)}`, {
    hint: `it takes ${DELETION_WATCHERS.join(', ')}`,
  });
}
