import type { RawObject } from '../../model/json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { type ListRequest, listObjects } from './list.ts';

/** Reads one object by quorum; undefined when there is none, or the server does not know its kind. Throws ApiError, WireError. */
export async function findObject(wire: Wire, path: string): Promise<RawObject | undefined> {
  try {
    return (await requestJSON(wire, { method: 'GET', path })).body;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Lists a kind; empty when the server does not know it. Throws ApiError, WireError, Failure. */
export async function listIfServed(wire: Wire, request: ListRequest): Promise<RawObject[]> {
  try {
    return (await listObjects(wire, request)).items;
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** True for the answer that there is no such object, or no such kind. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
