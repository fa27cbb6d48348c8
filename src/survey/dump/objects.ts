import type { Json, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { readJSONDocuments } from './json-documents.ts';
import { readYAMLDocuments } from './yaml-documents.ts';

/** One object of a dump and the file it stands in. */
export interface DumpedObject {
  object: RawObject;
  file: string;
}

/** All objects of one file: single ones, Lists, lists of a kind, several documents. Throws Failure naming file and line. */
export function readObjects(text: string, file: string): DumpedObject[] {
  const documents = /^\s*[{[]/.test(text) ? readJSONDocuments(text, file) : readYAMLDocuments(text, file);
  return documents.flatMap((document) => unfold(document, '', 0)).map((object) => ({ object, file }));
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
