import { Failure } from '../../model/failure.ts';
import type { Json } from '../../model/json.ts';
import { EXAMPLE, MOST_DOCUMENTS, TRUNCATED, tooMany } from './decode.ts';

/** Brackets in brackets; the deepest objects of Kubernetes, schemas of custom resources, have a tenth of it. */
const DEEPEST = 500;

/** The JSON values of a text, one after the other as `cat a.json b.json` puts them. Throws Failure naming file and line. */
export function readJSONDocuments(text: string, file: string): Json[] {
  checkDepth(text, file);
  try {
    return [JSON.parse(text)];
  } catch {
    return pieces(text, file).map(({ piece, offset }) => {
      try {
        return JSON.parse(piece);
      } catch (error) {
        throw broken(error, { text, piece, offset, file });
      }
    });
  }
}

/** Before it is parsed: JSON.parse takes 5 GB for a hundred million brackets, and what is as deep overflows stacks later. */
function checkDepth(text: string, file: string): void {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    if (depth > DEEPEST) {
      throw new Failure(`${file}, line ${lineOf(text, index)}: nested deeper than ${DEEPEST}: it is no dump`, {
        hint: EXAMPLE,
      });
    }
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

interface Piece {
  piece: string;
  /** Where it begins in the whole text. */
  offset: number;
}

/** Cuts after each bracket that closes a value, outside of strings. */
function pieces(text: string, file: string): Piece[] {
  const found: Piece[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth > 0) continue;
      found.push({ piece: text.slice(start, index + 1), offset: start });
      if (found.length > MOST_DOCUMENTS) throw tooMany(file);
      start = index + 1;
      depth = 0;
    }
  }
  if (depth > 0 || quoted)
    throw new Failure(`${file}, line ${lineOf(text, text.length)}: the JSON ends in the middle`, { hint: TRUNCATED });
  if (text.slice(start).trim() !== '') found.push({ piece: text.slice(start), offset: start });
  return found;
}

function broken(error: unknown, at: Piece & { text: string; file: string }): Failure {
  const message = error instanceof Error ? error.message : '';
  const position = Number(/ at position (\d+)/.exec(message)?.[1] ?? 0);
  return new Failure(`${at.file}, line ${lineOf(at.text, at.offset + position)}: not valid JSON`, { cause: error });
}

/** The number of the line that holds this place; line ends at the end of the text begin no line. */
function lineOf(text: string, position: number): number {
  return text.trimEnd().slice(0, position).split('\n').length;
}
