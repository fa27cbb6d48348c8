import CliTable from 'cli-table3';
import { escapeLine } from './escape.ts';
import { fitCells } from './fit.ts';
import { displayWidth } from './width.ts';
import { clip } from './words.ts';

/** Rows above this are written by our own writer: cli-table3 takes 33–51 ms for 500 rows. Both write the same bytes. */
const MOST_ROWS = 300;

/** kubectl's columns: at least 6 wide with their padding of 3 (cli-runtime/pkg/printers/tabwriter.go). */
const PADDING = 3;
const MIN_WIDTH = 6;

/**
 * A table in kubectl's style. Cells are escaped; an empty one is <none>. No header row when `headers` is undefined. `columns`: of
 * the terminal that it must fit; undefined: none.
 */
export function renderTable(headers: string[] | undefined, rows: string[][], columns?: number): string {
  const cells = [...(headers ? [headers] : []), ...rows].map((row) =>
    row.map((cell) => escapeLine(clip(cell)) || '<none>'),
  );
  const lines = columns === undefined ? cells : fitCells(cells, columns);
  return lines.length > MOST_ROWS ? writeColumns(lines) : drawTable(lines);
}

/** The table as cli-table3 draws it without borders. Exported for the test that compares both. */
export function drawTable(lines: string[][]): string {
  if (lines.length === 0) return '';
  const table = new CliTable({
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: columnWidths(lines),
    // Cells are measured by us and never cut.
    truncate: '',
  });
  table.push(...lines);
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** The same by padding each cell. Exported for the test that compares both. */
export function writeColumns(lines: string[][]): string {
  return padColumns(lines)
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Each line's cells side by side, all but the last as wide as their column; nothing is escaped or trimmed. */
export function padColumns(lines: string[][]): string[] {
  const widths = columnWidths(lines);
  return lines.map((cells) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))),
      )
      .join(''),
  );
}

function columnWidths(lines: string[][]): number[] {
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [column, cell] of cells.entries()) {
      widths[column] = Math.max(widths[column] ?? MIN_WIDTH, displayWidth(cell) + PADDING);
    }
  }
  return widths;
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
