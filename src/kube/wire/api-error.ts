import type { JsonObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { escapeLine } from '../../render/escape.ts';
import type { WireResponse } from './wire.ts';

/** Longest piece of an unstructured answer that is repeated, in characters (rest/request.go: maxUnstructuredResponseTextBytes). */
const TEXT_MOST = 2048;

/** What the API server answered instead of what was asked for. `message` is its own words, escaped, in one line. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** NotFound, Conflict, AlreadyExists, Forbidden, …; '' when the server gave none. */
  readonly reason: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The Status object's details; empty when there are none. */
  readonly details: JsonObject;
  /** What answered speaks no Kubernetes: `message` is our words, not the server's. */
  #foreign = false;

  constructor(
    status: number,
    reason: string,
    message: string,
    options: { retryAfterMs?: number | undefined; details?: JsonObject } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
  }

  /** The same refusal in other words, of something that is no Kubernetes API server. */
  foreign(message: string): ApiError {
    const { status, reason, retryAfterMs, details } = this;
    const error = new ApiError(status, reason, message, { retryAfterMs, details });
    error.#foreign = true;
    return error;
  }

  /** The line kubectl prints (kubectl pkg/cmd/util/helpers.go: StandardErrorMessage). */
  get describe(): string {
    if (this.#foreign) return `error: ${this.message}`;
    if (this.reason === 'Unauthorized') return `error: You must be logged in to the server (${this.message})`;
    if (this.reason === '') return `Error from server: ${this.message}`;
    return `Error from server (${this.reason}): ${this.message}`;
  }
}

/** The error that an answer with a status of 300 or more stands for. */
export function apiError(response: WireResponse): ApiError {
  const retryAfter = Number(response.headers['retry-after']);
  const retryAfterMs = Number.isInteger(retryAfter) && retryAfter >= 0 ? retryAfter * 1000 : undefined;
  const status = statusObject(response);
  if (status === undefined) return unstructured(response, retryAfterMs);
  const details = asObject(status.details);
  const seconds = details.retryAfterSeconds;
  return new ApiError(
    response.status,
    asText(status.reason) ?? '',
    escapeLine(asText(status.message) ?? 'unknown') || 'unknown',
    {
      details,
      retryAfterMs: retryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined),
    },
  );
}

/** The Status in the answer; undefined when it holds none. */
export function statusObject({ body }: WireResponse): JsonObject | undefined {
  if (body[0] !== 0x7b) return undefined;
  try {
    const value = asObject(JSON.parse(body.toString()));
    return value.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** kubectl's reading of an answer that is no Status (apimachinery api/errors: NewGenericServerResponse). */
function unstructured({ status, headers, body }: WireResponse, retryAfterMs: number | undefined): ApiError {
  const type = headers['content-type'] ?? 'text/plain';
  const text = type.startsWith('text/') ? escapeLine(body.toString().slice(0, TEXT_MOST).trim()) : 'unknown';
  const known = GENERIC[status];
  if (known !== undefined) return new ApiError(status, known[0], known[1] ?? text, { retryAfterMs });
  if (status >= 500) {
    const message = `an error on the server ("${text}") has prevented the request from succeeding`;
    return new ApiError(status, 'InternalError', message, { retryAfterMs });
  }
  const message = `the server responded with the status code ${status} but did not return more information`;
  return new ApiError(status, '', message, { retryAfterMs });
}

/** Reason and message by status; no message: the server's own text. */
const GENERIC: Record<number, [reason: string, message?: string]> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable'],
  409: ['Conflict', 'the server reported a conflict'],
  415: ['UnsupportedMediaType'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};
