import { apiError } from '../wire/api-error.ts';
import type { Wire } from '../wire/wire.ts';

export interface LogRequest {
  namespace: string;
  pod: string;
  container: string;
  /** Of the container's former life: why it ended. */
  previous: boolean;
  /** How many lines from the end. */
  lines: number;
}

/** A log line longer than this is cut, in characters: its text is matched and shown, never more. */
const LONGEST = 2_000;

/** Milliseconds to wait: the server asks the kubelet, which may be dead. */
const PATIENCE = 5_000;

/** The last lines of a container's log. Throws ApiError (a kubelet that does not answer is 5xx), WireError. */
export async function readPodLog(wire: Wire, request: LogRequest): Promise<string[]> {
  const { namespace, pod, container, previous, lines } = request;
  const response = await wire.request({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: { container, tailLines: String(lines), ...(previous ? { previous: 'true' } : {}) },
    accept: 'text/plain, application/json, */*',
    timeoutMs: PATIENCE,
  });
  if (response.status >= 300) throw apiError(response);
  return response.body
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.slice(0, LONGEST));
}
