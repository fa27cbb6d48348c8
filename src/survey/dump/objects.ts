import { Failure } from '../../model/failure.ts';
import type { Json, JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { EXAMPLE, TRUNCATED } from './decode.ts';
import { readJSONDocuments } from './json-documents.ts';
import { readYAMLDocuments } from './yaml-documents.ts';

/** One object of a dump and the file it stands in. */
export interface DumpedObject {
  object: RawObject;
  file: string;
}

/** All objects of one file: single ones, Lists, lists of a kind, several documents. Throws Failure naming file and line. */
export function readObjects(text: string, file: string): DumpedObject[] {
  const documents = readDocuments(text, file);
  for (const document of documents) checkList(asObject(document), file, isJSON(text));
  return documents.flatMap((document) => unfold(document, '', 0)).map((object) => ({ object, file }));
}

/** The documents of a JSON or YAML text. Throws Failure naming file and line. */
export function readDocuments(text: string, file: string): Json[] {
  return isJSON(text) ? readJSONDocuments(text, file) : readYAMLDocuments(text, file);
}

function isJSON(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

/**
 * kubectl writes a List's fields in the order of the alphabet: YAML that is cut at a line's end has `items` and no `kind: List`
 * behind them. Throws Failure.
 */
function checkList(object: JsonObject, file: string, inJSON: boolean): void {
  const kind = asText(object.kind) ?? '';
  if (kind === 'List' || kind === 'NodeList') {
    if (Array.isArray(object.items) || object.items === null) return;
    throw new Failure(`${file} has a ${kind} without items`, { hint: EXAMPLE });
  }
  if (!('items' in object) || !'List'.startsWith(kind)) return;
  throw inJSON
    ? new Failure(`${file} has items without a kind: kubectl writes them in a List`, { hint: EXAMPLE })
    : new Failure(`${file} ends in the middle: it has items without "kind: List" behind them`, { hint: TRUNCATED });
}

/** Lists in Lists deeper than this are not looked into: no tool writes them. */
const DEEPEST = 3;

/** The objects inside a value. Items of a NodeList need not name their kind: `kubectl get --raw` leaves it away. */
function unfold(value: Json, kindOfList: string, depth: number): RawObject[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((item) => unfold(item, '', depth + 1));
  const object = asObject(value);
  const kind = asText(object.kind) ?? '';
  if (kind.endsWith('List') && Array.isArray(object.items)) {
    return asList(object.items).flatMap((item) => unfold(item, kind.slice(0, -'List'.length), depth + 1));
  }
  if (kind !== '') return [object];
  return kindOfList === '' ? [] : [{ kind: kindOfList, ...object }];
}
