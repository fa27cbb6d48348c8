/** What a program says when it fails, by the texts of all its versions. */
export interface KnownText {
  /** Stable name of the cause, for grouping. */
  cause: string;
  text: RegExp;
  /** What it means, a clause. */
  means: string;
  /** What to do; undefined where the finding's own remedy serves. */
  cure?: string;
}

export interface Recognised {
  known: KnownText;
  /** The line in which it stands. */
  line: string;
}

/** The first of the texts that a line has, looking from the last line back: a process ends of what it says last. */
export function recogniseText(lines: readonly string[], texts: readonly KnownText[]): Recognised | undefined {
  for (const line of [...lines].reverse()) {
    const known = texts.find(({ text }) => text.test(line));
    if (known) return { known, line };
  }
  return undefined;
}

/** The lines that say most where no text is known: errors and panics, else the last. */
export function tellingLines(lines: readonly string[], most: number): string[] {
  const errors = lines.filter((line) => /^[EF]\d{4} |^panic:|\berror\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-most);
}
