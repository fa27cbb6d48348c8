import { findObject } from '../../kube/objects/find.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { Failure } from '../../model/failure.ts';
import type { JsonObject, RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { allInOrder } from '../all-in-order.ts';
import { readDocuments } from '../dump/objects.ts';

/** A ConfigMap by namespace and name. */
export interface ConfigMapName {
  namespace: string;
  name: string;
}

/** Those of the names that are there. Throws ApiError, WireError. */
export async function readConfigMaps(wire: Wire, names: ConfigMapName[]): Promise<RawObject[]> {
  const found = await allInOrder(
    names.map(({ namespace, name }) =>
      findObject(wire, `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`),
    ),
  );
  return found.flatMap((object) => (object ? [{ ...object, kind: 'ConfigMap' }] : []));
}

/** True for a ConfigMap of one of the names. */
export function isConfigMap({ kind, metadata }: RawObject, names: ConfigMapName[]): boolean {
  const { namespace, name } = asObject(metadata);
  return kind === 'ConfigMap' && names.some((one) => one.namespace === namespace && one.name === name);
}

/** For words: ConfigMap kube-system/kubeadm-config. */
export function sourceOf({ metadata }: RawObject): string {
  const { namespace, name } = asObject(metadata);
  return `ConfigMap ${asText(namespace) ?? ''}/${asText(name) ?? ''}`;
}

/** The YAML or JSON object under a key of data; an empty one when it is absent or cannot be read. */
export function dataObject(configMap: RawObject, key: string): JsonObject {
  const text = asText(asObject(configMap.data)[key]);
  if (text === undefined) return {};
  try {
    return asObject(readDocuments(text, key)[0]);
  } catch (error) {
    if (error instanceof Failure) return {};
    throw error;
  }
}

/** The ConfigMap with this as its data, each value as JSON, which is YAML too. */
export function keepData({ metadata }: RawObject, data: Record<string, JsonObject | string>): RawObject {
  const { namespace, name } = asObject(metadata);
  const texts = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: Object.fromEntries(texts) };
}
