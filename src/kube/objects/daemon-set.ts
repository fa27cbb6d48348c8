import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';

/** Why a DaemonSet cannot be read, in the server's words; undefined when it can. Throws WireError and Failure. */
export async function daemonSetProblem(
  wire: Wire,
  namespace: string,
  name: string,
): Promise<{ notFound: boolean; message: string } | undefined> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/daemonsets/${encodeURIComponent(name)}`;
  try {
    await requestJSON(wire, { method: 'GET', path });
    return undefined;
  } catch (error) {
    // A server that stumbles says nothing about the DaemonSet.
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) throw error;
    return { notFound: error.status === 404, message: error.message };
  }
}
