import type { RawObject } from '../../model/json.ts';
import { asList, asObject } from '../../model/read-json.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { isAbsent } from './find.ts';

const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * The metadata alone of all objects of a kind, from the watch cache, with `kind` put back; empty when the server does not know
 * it. Throws ApiError, WireError, Failure.
 */
export async function listMetadata(wire: Wire, path: string, kind: string): Promise<RawObject[]> {
  try {
    const query = { resourceVersion: '0' };
    const { body } = await requestJSON(wire, { method: 'GET', path, query, accept: METADATA });
    return asList(body.items).map((item) => ({ ...asObject(item), kind }));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
