/** What one part of the script printed. */
export interface Part {
  text: string;
  /** Its exit code; undefined when the output breaks off in it. */
  code: number | undefined;
  /** First line of what it said on standard error. */
  why: string;
}

/** Takes the script's output apart, by the names of its parts. What stands before the first is nobody's. */
export function splitParts(output: string): Map<string, Part> {
  const parts = new Map<string, Part>();
  let lines: string[] = [];
  let open: Part | undefined;
  for (const line of output.split('\n')) {
    const [, begins] = /^@@(\w+)$/.exec(line) ?? [];
    const [, code, why = ''] = /^@@=(\d+) (.*)$/.exec(line) ?? [];
    if (begins !== undefined) {
      open = { text: '', code: undefined, why: '' };
      lines = [];
      parts.set(begins, open);
    } else if (code !== undefined && open) {
      Object.assign(open, { text: lines.join('\n').trimEnd(), code: Number(code), why });
      open = undefined;
    } else lines.push(line);
  }
  return parts;
}

/** A piece of a part, under a line `@@KIND NAME`. */
export interface Piece {
  name: string;
  text: string;
}

/** Takes a part apart that is made of pieces of one kind. */
export function splitPieces(text: string, kind: string): Piece[] {
  const pieces: Piece[] = [];
  for (const line of text.split('\n')) {
    const last = pieces.at(-1);
    if (line.startsWith(`@@${kind} `)) pieces.push({ name: line.slice(kind.length + 3), text: '' });
    else if (last) last.text += `${line}\n`;
  }
  return pieces;
}
