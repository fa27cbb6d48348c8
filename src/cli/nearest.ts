import { closest, distance } from 'fastest-levenshtein';

/** The name that was most likely meant; undefined when none is near enough to be a typing error. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const name = closest(word, [...names]);
  return distance(word, name) <= Math.round(name.length * 0.4) ? name : undefined;
}
