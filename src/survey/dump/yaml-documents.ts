import { CORE_SCHEMA, loadAll, YAMLException } from 'js-yaml';
import { Failure } from '../../model/failure.ts';
import type { Json } from '../../model/json.ts';
import { MOST_DOCUMENTS, TRUNCATED, tooMany } from './decode.ts';

/** kubectl writes no aliases; a few by hand are fine, more could unfold without end. */
const MOST_ALIASES = 100;

/** 5,000 Nodes have 2 million; each costs memory and time. */
const MOST_LINES = 5_000_000;

const AS_JSON = 'a dump as large as that is read faster, and smaller, as JSON: kubectl get … -o json';

/**
 * The documents of a YAML text, also of files that were joined without `---`. Throws Failure naming file and line.
 * The core schema makes no dates: a timestamp stays the text that the server sent.
 */
export function readYAMLDocuments(text: string, file: string): Json[] {
  if (hasMore(text, /\n/g, MOST_LINES))
    throw new Failure(`${file} has more than ${MOST_LINES} lines`, { hint: AS_JSON });
  if (hasMore(text, /^(apiVersion:|---)/gm, MOST_DOCUMENTS)) throw tooMany(file);
  try {
    return loadAll(separate(text), { schema: CORE_SCHEMA, maxAliases: MOST_ALIASES }) as Json[];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark ? `, line ${error.mark.line + 1 - added(text, error.mark.line)}` : '';
    throw new Failure(`${file}${line}: not valid YAML: ${error.reason}`, { cause: error, ...hintOf(error, text) });
  }
}

/** Without making a list of them: there may be a hundred million. */
function hasMore(text: string, mark: RegExp, most: number): boolean {
  let found = 0;
  while (found <= most && mark.test(text)) found++;
  return found > most;
}

/** An error in the last line is most likely the place where the file was cut. */
function hintOf({ reason, mark }: YAMLException, text: string): { hint?: string } {
  if (reason.startsWith('unexpected end')) return { hint: TRUNCATED };
  const last = separate(text.trimEnd()).split('\n').length - 1;
  return mark !== undefined && mark.line >= last ? { hint: 'the file may be truncated: write the dump again' } : {};
}

/**
 * Puts `---` between documents that were joined by `cat`: a second apiVersion at the left edge begins another object, for a
 * mapping has each key once and a text block is indented.
 */
function separate(text: string): string {
  return walk(text).lines.join('\n');
}

/** How many of the first `line` lines of the separated text are ours. */
function added(text: string, line: number): number {
  return walk(text).ours.filter((at) => at < line).length;
}

function walk(text: string): { lines: string[]; ours: number[] } {
  const lines: string[] = [];
  const ours: number[] = [];
  let begun = false;
  for (const line of text.split('\n')) {
    if (/^---(\s|$)/.test(line)) begun = false;
    else if (/^apiVersion:/.test(line)) {
      if (begun) {
        ours.push(lines.length);
        lines.push('---');
      }
      begun = true;
    }
    lines.push(line);
  }
  return { lines, ours };
}
