import type { RawObject } from '../../model/json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { FIELD_MANAGER } from './node.ts';

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

/** Writes the ConfigMap, replacing one of this name, and returns it as the server stored it. Throws ApiError, WireError. */
export async function putConfigMap(wire: Wire, stored: StoredBytes): Promise<RawObject> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: stored.name,
      namespace: NAMESPACE,
      labels: { 'app.kubernetes.io/managed-by': 'kubectl-podcidr', ...stored.labels },
      annotations: stored.annotations,
    },
    binaryData: stored.binaryData,
  });
  const query = { fieldManager: FIELD_MANAGER };
  try {
    const path = `${COLLECTION}/${stored.name}`;
    return (await requestJSON(wire, { method: 'PUT', path, query, body })).body;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    return (await requestJSON(wire, { method: 'POST', path: COLLECTION, query, body })).body;
  }
}
