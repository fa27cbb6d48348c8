import { Failure } from '../model/failure.ts';
import type { Json } from '../model/json.ts';
import { quote } from '../model/quote.ts';
import { escapeLine } from './escape.ts';
import { findAll } from './jsonpath/evaluate.ts';
import { goText } from './jsonpath/go-text.ts';
import type { ListNode } from './jsonpath/node.ts';
import { parseTemplate } from './jsonpath/parse.ts';
import { told } from './jsonpath/template.ts';
import { padColumns } from './table.ts';

/** One column of -o custom-columns. */
export interface CustomColumn {
  header: string;
  path: ListNode;
}

const HINT = 'write it like -o custom-columns=NAME:.name,SUBNET:.podCIDRs[*]; -o json shows what there is';

/** Columns as `NAME:.name,SUBNET:.podCIDRs[*]` (kubectl/pkg/cmd/get/customcolumn.go). Throws Failure. */
export function readColumns(spec: string): CustomColumn[] {
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon >= 0) return column(part.slice(0, colon), part.slice(colon + 1));
    throw new Failure(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`, { hint: HINT });
  });
}

/** The same out of a file: a line of headers and a line of paths. Throws Failure. */
export function readColumnsFile(text: string): CustomColumn[] {
  const [headers, paths] = text.split('\n', 2).map((line) => line.split(/\s+/u).filter((word) => word !== ''));
  if (!headers || !paths || text === '') throw new Failure(NO_LINES);
  if (headers.length !== paths.length) {
    throw new Failure(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`);
  }
  return headers.map((header, index) => column(header, paths[index] ?? ''));
}

const NO_LINES =
  'invalid template: expected is one line of space separated headers, one line of space separated column specs';

/** The table of these items. Throws Failure when a path does not fit an item. */
export function renderCustomColumns(columns: CustomColumn[], items: Json[], headers: boolean): string {
  const rows = items.map((item) => columns.map(({ path }) => cell(path, item)));
  return padColumns([...(headers ? [columns.map(({ header }) => escapeLine(header))] : []), ...rows])
    .map((line) => `${line}\n`)
    .join('');
}

function column(header: string, path: string): CustomColumn {
  return { header, path: told(`cannot read the path ${quote(path)}`, () => parseTemplate(relaxed(path))) };
}

/** `metadata.name`, `.metadata.name`, `{metadata.name}` and `{.metadata.name}` are one (RelaxedJSONPathExpression). */
function relaxed(path: string): string {
  if (path === '') return '';
  const [, braced, bare] = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path) ?? [];
  const found = braced ?? bare;
  if (found !== undefined) return `{.${found}}`;
  throw new Failure(
    "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    { hint: HINT },
  );
}

function cell(path: ListNode, item: Json): string {
  const found = told('error in custom-columns', () => findAll(path, item));
  const texts = found.flatMap(({ values }) => values.map((value) => escapeLine(goText(value))));
  return ((found[0]?.values.length ?? 0) === 0 ? ['<none>', ...texts] : texts).join(',');
}
