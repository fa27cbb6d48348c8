import type { RawObject } from '../../model/json.ts';
import { noKubernetes, requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';

/** One Namespace. Throws ApiError, WireError, Failure. */
export async function getNamespace(wire: Wire, name: string): Promise<RawObject> {
  const { body } = await requestJSON(wire, { method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(name)}` });
  if (body.kind !== 'Namespace') throw noKubernetes(wire, 'Namespace');
  return body;
}
