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

/**
 * Reads --request-timeout: whole seconds, or a Go duration such as 1m30s or 500ms. Returns milliseconds, 0 = no limit. Throws
 * Failure in kubectl's words (client-go clientcmd/helpers.go: ParseTimeout).
 */
export function parseTimeout(text: string): number {
  if (/^\+?\d+$/.test(text)) return Number(text) * 1000;
  const duration = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (duration === null && !/^[+-]?0$/.test(text)) {
    throw new Failure(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    );
  }
  let ms = 0;
  for (const [, count, unit] of (duration?.[2] ?? '').matchAll(/(\d+\.?\d*|\.\d+)([a-zµμ]+)/g)) {
    ms += Number(count) * (UNITS[unit ?? ''] ?? 0);
  }
  // net/http takes a negative limit as none.
  return duration?.[1] === '-' ? 0 : ms;
}
