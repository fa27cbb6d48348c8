import { Failure } from '../../model/failure.ts';
import type { Json } from '../../model/json.ts';
import { quote } from '../../model/quote.ts';
import { escapeLine, escapeSerialised } from '../escape.ts';
import { type Found, findAll } from './evaluate.ts';
import { goJSON, goText } from './go-text.ts';
import { PathError, type Value } from './node.ts';
import { parseTemplate } from './parse.ts';

/** Writes a document by a template. Throws Failure when the template does not fit the document. */
export type Template = (document: Json) => string;

/**
 * A template of kubectl's -o jsonpath; `asJSON` is its -o jsonpath-as-json, a list for each piece of the template. What comes from
 * the cluster is escaped, what the template itself says is not. Throws Failure when the template cannot be read.
 */
export function readTemplate(text: string, asJSON: boolean): Template {
  const root = told(`cannot read jsonpath ${quote(text)}`, () => parseTemplate(text));
  return (document) => {
    const found = told(`jsonpath ${quote(text)} does not fit`, () => findAll(root, document));
    return found.map(asJSON ? printJSON : printText).join('');
  };
}

/** Runs what may throw a PathError, which becomes a Failure. */
export function told<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof PathError) throw new Failure(`${what}: ${error.message}`, { cause: error, hint: HINT });
    throw error;
  }
}

const HINT = 'write it like -o jsonpath=\'{range .items[*]}{.name}{"\\n"}{end}\'; -o json shows what there is';

function printText({ values, literal }: Found): string {
  return values.map((value) => (literal ? goText(value) : printValue(value))).join(' ');
}

function printValue(value: Value): string {
  if (value === undefined) return '<no value>';
  if (value === null) return 'null';
  return typeof value === 'object' ? escapeSerialised(goJSON(value)) : escapeLine(goText(value));
}

function printJSON({ values }: Found): string {
  const list = values.map((value) => value ?? null);
  return `${escapeSerialised(goJSON(list, 4))}\n`;
}
