import { displayWidth } from './width.ts';

/** The first items and how many more there are. */
export function shorten(items: string[], most: number): string[] {
  return items.length <= most + 1 ? items : [...items.slice(0, most), `and ${items.length - most} more`];
}

/** Characters of one value that a text for people shows: an annotation may be a megabyte. */
const MOST_CHARACTERS = 1_000;

/** A text without its end, where it is longer than anybody reads; data formats have all of it. */
export function clip(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}

/** Lines that take at most `width` columns, broken at blanks; a word that is too long stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.pop();
    if (last === undefined) lines.push(word);
    else if (displayWidth(last) + 1 + displayWidth(word) > width) lines.push(last, word);
    else lines.push(`${last} ${word}`);
  }
  return lines;
}

/** Lines for a terminal of so many columns, undefined: one line. Further lines stand deeper than the first. */
export function indented(indent: string, text: string, columns: number | undefined): string[] {
  if (columns === undefined) return [`${indent}${text}`];
  const [first = '', ...rest] = wrap(text, columns - indent.length - DEEPER.length);
  return [`${indent}${first}`, ...rest.map((line) => `${indent}${DEEPER}${line}`)];
}

const DEEPER = '      ';
