/** What a test run has reported. */
export interface Counts {
  passed: number;
  failed: number;
}

export interface TapResult extends Counts {
  /** Of each failed test: its line and the indented details under it. */
  failures: string[];
}

/**
 * Counts the tests of a TAP stream. Skipped and to-do tests count as neither.
 * A line that is no result belongs to the one before it: titles never reach the start of a line by themselves.
 */
export function readTap(text: string): TapResult {
  const result: TapResult = { passed: 0, failed: 0, failures: [] };
  let details: string[] | undefined;
  const close = () => {
    if (details) result.failures.push(details.join('\n').trimEnd());
    details = undefined;
  };
  for (const line of text.split('\n')) {
    const match = /^(not )?ok \d+/.exec(line);
    if (match) {
      close();
      if (/ # (SKIP|TODO)\b/i.test(line)) continue;
      if (match[1]) {
        result.failed++;
        details = [line];
      } else {
        result.passed++;
      }
    } else if (/^(#|\d+\.\.\d+)/.test(line)) {
      close();
    } else {
      details?.push(line);
    }
  }
  close();
  return result;
}
