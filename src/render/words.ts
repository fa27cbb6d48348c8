import { displayWidth } from './width.ts';

/** The first items and how many more there are. */
export function shorten(items: string[], most: number): string[] {
  return items.length <= most + 1 ? items : [...items.slice(0, most), `and ${items.length - most} more`];
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
