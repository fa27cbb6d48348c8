import CliTable from 'cli-table3';

/** Columns that a terminal gives a text. Names in Kubernetes are ASCII: anything else is measured by cli-table3, which knows wide characters. */
export function displayWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : measure(text);
}

/** cli-table3 exports no measure; the frame it draws around one cell is as long as the cell is wide. */
function measure(text: string): number {
  const table = new CliTable({ style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
  table.push([text]);
  return (table.toString().split('\n')[0]?.length ?? 2) - 2;
}
