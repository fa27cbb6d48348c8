import { asObject, asText } from '../../model/read-json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';

/** When the kubelet last renewed its Lease, as the server wrote it; undefined when there is none or it may not be read. */
export async function leaseRenewal(wire: Wire, node: string): Promise<string | undefined> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${encodeURIComponent(node)}`;
  try {
    const { body } = await requestJSON(wire, { method: 'GET', path });
    return asText(asObject(body.spec).renewTime);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
