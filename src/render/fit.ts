import { displayWidth } from './width.ts';

/** A column is not cut below this: a subnet without its end is none. */
const NARROWEST = '10.244.255.0/24'.length;

/** Between two columns. */
const PADDING = 3;

/**
 * The cells of a table, cut so that it fits a terminal of so many columns: the widest column first, never the first one, which
 * holds the names that are copied. What is cut ends with …; a table that cannot be made narrow enough stays as wide as it must be.
 */
export function fitCells(lines: string[][], columns: number): string[][] {
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [at, cell] of cells.entries()) widths[at] = Math.max(widths[at] ?? 0, displayWidth(cell));
  }
  const total = widths.reduce((sum, width) => sum + width, 0) + PADDING * (widths.length - 1);
  const limits = narrowed(widths, total - columns);
  return lines.map((cells) => cells.map((cell, at) => cut(cell, limits[at] ?? 0)));
}

function narrowed(widths: number[], excess: number): number[] {
  const limits = [...widths];
  for (let left = excess; left > 0; left--) {
    const widest = limits.reduce((best, width, at) => (at > 0 && width > (limits[best] ?? 0) ? at : best), 1);
    const width = limits[widest] ?? 0;
    if (width <= NARROWEST) break;
    limits[widest] = width - 1;
  }
  return limits;
}

function cut(cell: string, limit: number): string {
  if (displayWidth(cell) <= limit) return cell;
  let kept = '';
  let width = 1;
  for (const character of cell) {
    width += displayWidth(character);
    if (width > limit) break;
    kept += character;
  }
  return `${kept}…`;
}
