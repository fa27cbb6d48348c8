import type { RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import type { Wire } from '../wire/wire.ts';
import { type ListRequest, listObjects } from './list.ts';

/** Labels of kubeadm, k0s, Talos (component) and of kops (k8s-app). */
const SELECTORS = ['component=kube-controller-manager', 'k8s-app=kube-controller-manager'];

/** The pods of kube-controller-manager in kube-system, each once. Throws ApiError, WireError, Failure. */
export async function listControllerManagers(wire: Wire, freshness: ListRequest['freshness']): Promise<RawObject[]> {
  const path = '/api/v1/namespaces/kube-system/pods';
  const found = await Promise.all(
    SELECTORS.map(async (labelSelector) => (await listObjects(wire, { path, labelSelector, freshness })).items),
  );
  const byName = new Map(found.flat().map((pod) => [asText(asObject(pod.metadata).name) ?? '', pod]));
  return [...byName.values()];
}
