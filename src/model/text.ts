/** `1 node`, `20 nodes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** One word of a POSIX shell. Names in a dump may hold anything. */
export function shellWord(text: string): string {
  return /^[\w.:@%+,/][\w.:@%+,/-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Order of texts by code unit, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
