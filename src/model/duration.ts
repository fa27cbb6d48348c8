import { Failure } from './failure.ts';

/** Milliseconds by Go's unit (time.ParseDuration). */
const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Reads a Go duration such as 1m30s, 500ms, -2h or 0. Returns milliseconds; undefined when the text is none. */
export function goDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  const [, sign, parts] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (parts === undefined) return undefined;
  let ms = 0;
  for (const [, count, unit] of parts.matchAll(/(\d+\.?\d*|\.\d+)([a-zµμ]+)/g)) {
    ms += Number(count) * (UNITS[unit ?? ''] ?? 0);
  }
  return sign === '-' && ms > 0 ? -ms : ms;
}

/** Milliseconds as Go prints a duration: 50ms, 5s, 1m30s, 2h0m0s. */
export function durationText(ms: number): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  const seconds = (ms % 60_000) / 1000;
  const minutes = Math.trunc(ms / 60_000);
  if (minutes === 0) return `${seconds}s`;
  const hours = Math.trunc(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes % 60}m${seconds}s`;
}

/**
 * Reads --request-timeout: whole seconds, or a Go duration such as 1m30s or 500ms. Returns milliseconds, 0 = no limit. Throws
 * Failure in kubectl's words (client-go clientcmd/helpers.go: ParseTimeout).
 */
export function parseTimeout(text: string): number {
  if (/^\+?\d+$/.test(text)) return Number(text) * 1000;
  const ms = goDuration(text);
  if (ms === undefined) {
    throw new Failure(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    );
  }
  // net/http takes a negative limit as none.
  return Math.max(ms, 0);
}
