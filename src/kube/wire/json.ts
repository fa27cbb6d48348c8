import { Failure } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import { escapeLine } from '../../render/escape.ts';
import { apiError } from './api-error.ts';
import type { Wire, WireRequest, WireResponse } from './wire.ts';

/** How much of an answer that is no JSON is shown, in characters. */
const SHOWN = 40;

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
  if (response.status >= 300) throw apiError(response);
  return { status: response.status, headers: response.headers, body: parse(wire, response) };
}

function parse(wire: Wire, { body, headers }: WireResponse): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // told below, with what came instead
  }
  const type = headers['content-type'] === undefined ? '' : ` (${escapeLine(headers['content-type'])})`;
  const text = body.toString();
  const start = escapeLine(text.slice(0, SHOWN));
  throw new Failure(
    body.length === 0
      ? `${wire.server} does not answer as a Kubernetes API server: the answer is empty`
      : `${wire.server} does not answer as a Kubernetes API server: it sent "${start}${text.length > SHOWN ? '…' : ''}"${type}, not a JSON object`,
    { hint: 'check the server of your kubeconfig: kubectl config view --minify' },
  );
}
