import type { RawObject } from '../../model/json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { findObject } from './find.ts';
import { FIELD_MANAGER } from './node.ts';

/** Which pod. */
export interface PodName {
  namespace: string;
  name: string;
}

const collection = (namespace: string) => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
const pathOf = ({ namespace, name }: PodName) => `${collection(namespace)}/${encodeURIComponent(name)}`;

/** Creates a pod. Throws ApiError (403: RBAC or admission), WireError: then it may be there. */
export async function createPod(wire: Wire, namespace: string, pod: RawObject): Promise<RawObject> {
  const query = { fieldManager: FIELD_MANAGER };
  const body = JSON.stringify(pod);
  return (await requestJSON(wire, { method: 'POST', path: collection(namespace), query, body })).body;
}

/** Reads a pod; undefined when there is none. Throws ApiError, WireError. */
export async function findPod(wire: Wire, pod: PodName): Promise<RawObject | undefined> {
  return findObject(wire, pathOf(pod));
}

/**
 * Deletes a pod without a grace period: its object goes at once, also where the kubelet does not answer any more, and a kubelet
 * that is there ends its containers (pkg/kubelet/kubelet.go:HandlePodRemoves). For pods of ours alone, that nothing depends on.
 * One that is gone is deleted. Throws ApiError, WireError.
 */
export async function removePod(wire: Wire, pod: PodName): Promise<void> {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
  try {
    await requestJSON(wire, { method: 'DELETE', path: pathOf(pod), body });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}
