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

/**
 * The first of the texts that stands in any line, with the last line that has it. The order of the texts decides: what a process
 * says last (leaderelection lost) is often a consequence only.
 */
export function recogniseText(lines: readonly string[], texts: readonly KnownText[]): Recognised | undefined {
  for (const known of texts) {
    const line = lines.findLast((one) => known.text.test(one));
    if (line !== undefined) return { known, line };
  }
  return undefined;
}

/** The lines that say most where no text is known: errors and panics, else the last. */
export function tellingLines(lines: readonly string[], most: number): string[] {
  const errors = lines.filter((line) => /^[EF]\d{4} |^panic:|\berror\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-most);
}
