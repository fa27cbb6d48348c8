import { PathError } from './node.ts';

const SIMPLE: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|[^\\]+/gsu;

/**
 * The text of a quoted string, with Go's escapes (client-go util/jsonpath/parser.go:UnquoteExtend, Go's strconv.UnquoteChar):
 * \n, \t, \x41, \u0041, \U00000041, \101, and the quote itself. Throws PathError.
 */
export function unquote(quoted: string): string {
  const quote = quoted.slice(0, 1);
  const text = quoted.slice(1, -1);
  const invalid = new PathError(`unquote string ${quoted} error invalid syntax`);
  const bytes: number[] = [];
  let read = 0;
  for (const [piece, hex, short, long, octal, simple] of text.matchAll(ESCAPE)) {
    read += piece.length;
    const byte =
      hex !== undefined ? Number.parseInt(hex, 16) : octal === undefined ? undefined : Number.parseInt(octal, 8);
    const code = short ?? long;
    if (byte !== undefined) {
      if (byte > 255) throw invalid;
      bytes.push(byte);
      continue;
    }
    const written = code === undefined ? plain(piece, simple, quote) : character(Number.parseInt(code, 16));
    if (written === undefined) throw invalid;
    for (const one of new TextEncoder().encode(written)) bytes.push(one);
  }
  if (read < text.length) throw invalid;
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Text without escapes, or one of the short escapes; undefined when Go knows no such. */
function plain(piece: string, simple: string | undefined, quote: string): string | undefined {
  if (simple === undefined) return piece.includes(quote) ? undefined : piece;
  return simple === quote ? quote : SIMPLE[simple];
}

/** Undefined for what is no character: Go refuses halves of a pair too. */
function character(code: number): string | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}
