import { closest, distance } from 'fastest-levenshtein';

/** The name that was most likely meant, upper or lower case; undefined when none is near enough to be a typing error. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  if (lower.length === 0) return undefined;
  const found = closest(word.toLowerCase(), lower);
  const near = distance(word.toLowerCase(), found) <= Math.floor(found.length * 0.4);
  return near || letters(word.toLowerCase()) === letters(found) ? names[lower.indexOf(found)] : undefined;
}

/** Two letters that changed places are one slip, though two changes. */
function letters(word: string): string {
  return [...word].sort().join('');
}

/** `; did you mean NAME?`, or nothing. */
export function didYouMean(word: string, names: readonly string[], write = (name: string) => name): string {
  const name = nearest(word, names);
  return name === undefined ? '' : `; did you mean ${write(name)}?`;
}
