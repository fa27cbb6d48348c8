/**
 * What became of a request that got no HTTP answer:
 * `unsent`: the server cannot have acted (name not resolved, connection refused, TLS failed);
 * `unknown`: it may have acted (time-out, connection lost after the request was handed to it, answer cut off).
 */
export type Fate = 'unsent' | 'unknown';

/** No HTTP answer. `message` is kubectl's wording where there is one, in one line. */
export class WireError extends Error {
  readonly fate: Fate;
  /** Node's error code where there is one: ECONNREFUSED, ETIMEDOUT, … */
  readonly code: string | undefined;
  /** A second line: why the request went where it went. */
  readonly hint: string | undefined;

  constructor(message: string, fate: Fate, options: { code?: string; cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WireError';
    this.fate = fate;
    this.code = options.code;
    this.hint = options.hint;
  }
}
