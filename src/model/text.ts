/** `1 node`, `20 nodes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** One word of a POSIX shell. Names in a dump may hold anything. */
export function shellWord(text: string): string {
  return /^[\w.:@%+,/][\w.:@%+,/-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
