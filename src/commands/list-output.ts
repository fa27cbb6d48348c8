import { Failure } from '../model/failure.ts';
import type { SkippedCheck } from '../model/finding.ts';
import type { Json } from '../model/json.ts';
import { quote } from '../model/quote.ts';
import type { ListRow } from '../render/columns.ts';
import { readColumns, readColumnsFile, renderCustomColumns } from '../render/custom-columns.ts';
import { renderDocument } from '../render/document.ts';
import { readTemplate } from '../render/jsonpath/template.ts';
import { nodeSubnetItems, nodeSubnetList, renderNames } from '../render/list.ts';
import { readFiles } from '../survey/dump/files.ts';
import type { Streams } from './context.ts';
import { TEMPLATES } from './templates.ts';

/** Writes the rows for a program, with the checks that could not be judged. */
export type WriteRows = (rows: ListRow[], skipped: SkippedCheck[]) => string;

/**
 * How the rows are written for a program; undefined for tables. A template is read at once, so that a wrong one is told before
 * anything is asked of the cluster. Throws Failure.
 */
export async function rowWriter(output: string, headers: boolean, streams: Streams): Promise<WriteRows | undefined> {
  if (output === 'json' || output === 'yaml') {
    return (rows, skipped) => renderDocument(nodeSubnetList(rows, skipped), output);
  }
  if (output === 'name') return renderNames;
  const [, kind, template = ''] = /^([a-z-]+)=(.*)$/s.exec(output) ?? [output, output];
  const format = TEMPLATES.find((one) => one === kind);
  if (format === undefined) return undefined;
  if (template === '') throw new Failure(`-o ${format} needs a template`, { hint: EXAMPLES[format] });
  const text = format.endsWith('-file') ? await readTemplateFile(template, streams) : template;
  if (format === 'custom-columns' || format === 'custom-columns-file') {
    const columns = format === 'custom-columns' ? readColumns(text) : readColumnsFile(text);
    return (rows) => renderCustomColumns(columns, nodeSubnetItems(rows), headers);
  }
  const write = readTemplate(text, format === 'jsonpath-as-json');
  return (rows, skipped) => write(nodeSubnetList(rows, skipped) as Json);
}

const EXAMPLES: Record<(typeof TEMPLATES)[number], string> = {
  'custom-columns': 'write it like -o custom-columns=NAME:.name,SUBNET:.podCIDRs[*]; -o json shows what there is',
  'custom-columns-file': 'write it like -o custom-columns-file=FILE',
  jsonpath: "write it like -o jsonpath='{.items[*].name}'; -o json shows what there is",
  'jsonpath-as-json': "write it like -o jsonpath-as-json='{.items[*].name}'",
  'jsonpath-file': 'write it like -o jsonpath-file=FILE',
};

async function readTemplateFile(name: string, streams: Streams): Promise<string> {
  if (name === '-') throw new Failure(`a template cannot be read from ${quote(name)}: name a file`);
  const [read] = await readFiles([name], () => streams.readStdin());
  return read?.text ?? '';
}
