/** Columns with two spaces between them; the first is words, the others are numbers. */
export function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** How often `ours` goes into `theirs`: 4.0× is a quarter. */
export function times(theirs: number | undefined, ours: number | undefined): string {
  if (theirs === undefined || ours === undefined) return '';
  const ratio = theirs / ours;
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)}×`;
}

export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

export function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}

/** Says whether an aim is reached: `reached`, or by how much it is missed. */
export function aim(words: string, ratio: number, wanted: number): string {
  const verdict = ratio >= wanted ? 'reached' : 'MISSED';
  return `Aim: ${words}: ${verdict} (${ratio.toFixed(1)}×, wanted ${wanted}×)`;
}
