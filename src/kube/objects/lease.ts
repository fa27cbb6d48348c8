import type { RawObject } from '../../model/json.ts';
import { asObject } from '../../model/read-json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { FIELD_MANAGER } from './node.ts';

/** A Lease and the server's own time when it was read, in milliseconds since the epoch (undefined without a Date header). */
export interface ReadLease {
  lease: RawObject;
  date: number | undefined;
}

const QUERY = { fieldManager: FIELD_MANAGER };

/** Reads a Lease by quorum; undefined when there is none. Throws ApiError, WireError. */
export async function getLease(wire: Wire, namespace: string, name: string): Promise<ReadLease | undefined> {
  try {
    const { headers, body } = await requestJSON(wire, { method: 'GET', path: `${collection(namespace)}/${name}` });
    return { lease: body, date: Date.parse(headers.date ?? '') || undefined };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Creates the Lease; ApiError AlreadyExists when there is one. */
export async function createLease(wire: Wire, lease: RawObject): Promise<ReadLease> {
  const path = collection(String(asObject(lease.metadata).namespace));
  const { headers, body } = await requestJSON(wire, {
    method: 'POST',
    path,
    query: QUERY,
    body: JSON.stringify(lease),
  });
  return { lease: body, date: Date.parse(headers.date ?? '') || undefined };
}

/** Replaces exactly the state that the resourceVersion in its metadata names; ApiError Conflict when it moved. */
export async function replaceLease(wire: Wire, lease: RawObject): Promise<ReadLease> {
  const { namespace, name } = asObject(lease.metadata);
  const path = `${collection(String(namespace))}/${String(name)}`;
  const { headers, body } = await requestJSON(wire, { method: 'PUT', path, query: QUERY, body: JSON.stringify(lease) });
  return { lease: body, date: Date.parse(headers.date ?? '') || undefined };
}

function collection(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
}
