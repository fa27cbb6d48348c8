import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText, asTexts } from '../../model/read-json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { findObject } from './find.ts';
import { listObjects } from './list.ts';
import { FIELD_MANAGER } from './node.ts';
import { OUR_LABELS, OURS } from './ours.ts';

const NAMESPACE = 'kube-system';
const COLLECTION = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

/** A ConfigMap of ours: binary, labelled, in kube-system. */
export interface StoredBytes {
  name: string;
  /** Beside app.kubernetes.io/managed-by, which all our objects carry. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Base64 by key. */
  binaryData: Record<string, string>;
}

/**
 * Creates the ConfigMap, or replaces exactly the state that `resourceVersion` names, and returns it as the server stored it.
 * Throws ApiError (409 when it is there already, or moved; 404 when it was to be replaced and is gone), WireError.
 */
export async function writeConfigMap(
  wire: Wire,
  stored: StoredBytes,
  resourceVersion: string | undefined,
): Promise<RawObject> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: stored.name,
      namespace: NAMESPACE,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      labels: { ...OUR_LABELS, ...stored.labels },
      annotations: stored.annotations,
    },
    binaryData: stored.binaryData,
  });
  const query = { fieldManager: FIELD_MANAGER };
  const request =
    resourceVersion === undefined
      ? ({ method: 'POST', path: COLLECTION, query, body } as const)
      : ({ method: 'PUT', path: `${COLLECTION}/${stored.name}`, query, body } as const);
  return (await requestJSON(wire, request)).body;
}

/** Reads one; undefined when there is none. Throws ApiError, WireError. */
export async function getConfigMap(wire: Wire, name: string): Promise<RawObject | undefined> {
  return findObject(wire, `${COLLECTION}/${name}`);
}

/** All of ours that the label selector chooses ('' all), whole. Throws ApiError, WireError. */
export async function listConfigMaps(wire: Wire, selector: string): Promise<RawObject[]> {
  const labelSelector = [OURS, selector].filter((part) => part !== '').join(',');
  // A page at a time: each may hold up to a mebibyte.
  return (await listObjects(wire, { path: COLLECTION, labelSelector, freshness: 'quorum', page: 50 })).items;
}

/** Labels and annotations of one of ours. */
export interface ConfigMapNote {
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** The metadata alone of all of ours that the label selector chooses: small, whatever they hold. Throws ApiError, WireError. */
export async function noteConfigMaps(wire: Wire, selector: string): Promise<ConfigMapNote[]> {
  const { body } = await requestJSON(wire, {
    method: 'GET',
    path: COLLECTION,
    query: { labelSelector: [OURS, selector].filter((part) => part !== '').join(',') },
    accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  });
  return asList(body.items).map((item) => noteOf(asObject(item)));
}

export function noteOf(configMap: RawObject): ConfigMapNote {
  const { name, labels, annotations } = asObject(configMap.metadata);
  return { name: asText(name) ?? '', labels: asTexts(labels), annotations: asTexts(annotations) };
}

/** Deletes one; one that is gone is deleted. Throws ApiError, WireError. */
export async function deleteConfigMap(wire: Wire, name: string): Promise<void> {
  try {
    await requestJSON(wire, { method: 'DELETE', path: `${COLLECTION}/${name}` });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}
