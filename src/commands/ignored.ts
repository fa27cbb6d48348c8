import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import { DELETION_WATCHERS, type WatcherName } from '../model/surroundings.ts';
import { didYouMean } from './nearest.ts';

/** The values of --ignore, each a name or a list of names. Throws Failure with the nearest name. */
export function readIgnored(values: string[]): WatcherName[] {
  return values.flatMap((value) => value.split(',')).map(readName);
}

function readName(word: string): WatcherName {
  const name = DELETION_WATCHERS.find((one) => one === word);
  if (name) return name;
  throw new Failure(`--ignore knows no ${quote(word)}${didYouMean(word, DELETION_WATCHERS)}`, {
    hint: `it takes ${DELETION_WATCHERS.join(', ')}`,
  });
}
