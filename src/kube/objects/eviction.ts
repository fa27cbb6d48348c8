import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { escapeLine } from '../../render/escape.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire, WireRequest } from '../wire/wire.ts';
import { findObject } from './find.ts';

/** Names one pod; of another one by the same name nothing is deleted. */
export interface PodIdentity {
  namespace: string;
  name: string;
  uid: string;
}

function podPath({ namespace, name }: PodIdentity): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
}

/**
 * The version of the Eviction that the server takes (policy/v1 from 1.22 on, policy/v1beta1 before), as kubectl finds it
 * (drain.go:CheckEvictionSupport); undefined when it has none. Throws ApiError, WireError, Failure.
 */
export async function evictionVersion(wire: Wire): Promise<string | undefined> {
  const { body } = await requestJSON(wire, { method: 'GET', path: '/api/v1' });
  const found = asList(body.resources)
    .map(asObject)
    .find(({ name, kind }) => name === 'pods/eviction' && kind === 'Eviction');
  const { group, version } = found ?? {};
  return asText(group) && asText(version) ? `${group}/${version}` : undefined;
}

/**
 * Asks for the eviction of a pod. Throws ApiError (429 while a PodDisruptionBudget forbids it, 404 when it is gone, 409 when
 * another pod has its name), WireError, and Failure when it can never be evicted.
 * @param gracePeriod seconds; negative: the pod's own.
 */
export async function evictPod(wire: Wire, pod: PodIdentity, version: string, gracePeriod: number): Promise<void> {
  const { namespace, name } = pod;
  const { body } = await requestJSON(wire, {
    method: 'POST',
    path: `${podPath(pod)}/eviction`,
    body: JSON.stringify({
      apiVersion: version,
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: deleteOptions(pod, gracePeriod),
    }),
  });
  // Two budgets for one pod: the server says so in an answer that succeeds (eviction.go:Create).
  if (body.status === 'Failure') throw new Failure(escapeLine(asText(body.message) ?? 'the server refuses it'));
}

/** Deletes a pod whatever its budgets say. Throws ApiError and WireError as `evictPod` does, but no 429 of a budget. */
export async function deletePod(wire: Wire, pod: PodIdentity, gracePeriod: number): Promise<void> {
  const request: WireRequest = {
    method: 'DELETE',
    path: podPath(pod),
    body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', ...deleteOptions(pod, gracePeriod) }),
  };
  await requestJSON(wire, request);
}

/** The pod as it is now; undefined when it is gone, or another one has its name. Throws ApiError, WireError, Failure. */
export async function findPod(wire: Wire, pod: PodIdentity): Promise<RawObject | undefined> {
  const found = await findObject(wire, podPath(pod));
  return asObject(found?.metadata).uid === pod.uid ? found : undefined;
}

/** Unlike kubectl the uid goes along: meanwhile a StatefulSet may have made a pod of this name on another node. */
function deleteOptions({ uid }: PodIdentity, gracePeriod: number) {
  return { preconditions: { uid }, ...(gracePeriod < 0 ? {} : { gracePeriodSeconds: gracePeriod }) };
}
