import { Failure } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import { escapeLine } from '../../render/escape.ts';
import { type ApiError, apiError, statusObject } from './api-error.ts';
import type { Wire, WireRequest, WireResponse } from './wire.ts';

/** How much of an answer that is no JSON is shown, in characters. */
const SHOWN = 60;

export interface JSONResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: JsonObject;
}

/**
 * Sends the request and reads the answer as a JSON object. Throws ApiError when the server refuses, WireError when no answer
 * came, Failure when the answer is not JSON: then it is no Kubernetes API server.
 */
export async function requestJSON(wire: Wire, request: WireRequest): Promise<JSONResponse> {
  const response = await wire.request(request);
  if (response.status >= 300) throw refusal(wire, response);
  return { status: response.status, headers: response.headers, body: parse(wire, response) };
}

/** What is no Kubernetes API server is named, so that nobody looks for the fault in the cluster. */
function refusal({ server }: Wire, response: WireResponse): ApiError {
  const error = apiError(response);
  return isForeign(response)
    ? error.foreign(`${server} ${NO_API}: it answered ${response.status} with ${what(response)}`)
    : error;
}

/** An answer of something else: proxies and the API server itself say 401, 403, 429 and 5xx also in plain text. */
function isForeign(response: WireResponse): boolean {
  const { status, headers } = response;
  if (status >= 500 || statusObject(response) !== undefined) return false;
  return ![401, 403, 429].includes(status) || (headers['content-type'] ?? '').startsWith('text/html');
}

const NO_API = 'does not answer as a Kubernetes API server';

/** For an answer that is JSON, but not the object asked for. */
export function noKubernetes({ server }: Wire, wanted: string): Failure {
  return new Failure(`${server} ${NO_API}: it sent a JSON object that is no ${wanted}`, { hint: HINT });
}

const HINT = 'check the server of your kubeconfig: kubectl config view --minify';

function what({ headers, body }: WireResponse): string {
  const type = headers['content-type'] === undefined ? '' : ` (${escapeLine(headers['content-type'])})`;
  const text = body.toString();
  if (text.trim() === '') return 'an empty body';
  return `"${escapeLine(text.slice(0, SHOWN).trim())}${text.length > SHOWN ? '…' : ''}"${type}`;
}

function parse(wire: Wire, response: WireResponse): JsonObject {
  try {
    const value: unknown = JSON.parse(response.body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // told below, with what came instead
  }
  const sent = response.body.length === 0 ? 'the answer is empty' : `it sent ${what(response)}, not a JSON object`;
  throw new Failure(`${wire.server} ${NO_API}: ${sent}`, { hint: HINT });
}
