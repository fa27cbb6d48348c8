/** Words about what is being done, on stderr: stdout belongs to the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Seconds in words: "4.2 s", "3 min 7 s". */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Says what begins, every 15 s that it still runs, and how long it took.
 * Long builds would otherwise look like a hang to whoever watches, and to CI systems that end silent jobs.
 */
export async function withProgress<T>(what: string, estimate: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  say(`${what}: takes about ${estimate} the first time`);
  const timer = setInterval(() => say(`${what}: ${duration(performance.now() - started)} so far`), 15_000);
  try {
    const result = await work();
    say(`${what}: done in ${duration(performance.now() - started)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
