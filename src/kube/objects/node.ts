import type { JsonObject, RawObject } from '../../model/json.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire, WireRequest } from '../wire/wire.ts';
import { findObject } from './find.ts';

/** Says in managedFields and audit logs who wrote. */
export const FIELD_MANAGER = 'kubectl-podcidr';

/** Path of one Node. */
function nodePath(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}

/** Reads one Node by quorum (no resourceVersion). Throws ApiError, WireError. */
export async function getNode(wire: Wire, name: string): Promise<RawObject> {
  return (await requestJSON(wire, { method: 'GET', path: nodePath(name) })).body;
}

/** The Node by quorum; undefined when there is none. Throws ApiError, WireError. */
export async function findNode(wire: Wire, name: string): Promise<RawObject | undefined> {
  return findObject(wire, nodePath(name));
}

/**
 * The DELETE of exactly this state of the Node: Background, with uid and resourceVersion as preconditions, so that what is
 * deleted is what the body was made from (rest/delete.go:BeforeDelete answers 409 otherwise).
 */
export function deletion(name: string, uid: string, resourceVersion: string): WireRequest {
  return {
    method: 'DELETE',
    path: nodePath(name),
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid, resourceVersion },
    }),
  };
}

/** The POST of a Node, its text made beforehand so that nothing is computed while the Node is absent. */
export function creation(body: string): WireRequest {
  return { method: 'POST', path: '/api/v1/nodes', query: { fieldManager: FIELD_MANAGER }, body };
}

/**
 * JSON merge patch of a Node; a uid in its metadata is a precondition (422 when the Node is another one by now: a uid cannot be patched).
 * Returns the Node after the patch. Throws ApiError, WireError.
 */
export async function patchNode(wire: Wire, name: string, patch: JsonObject): Promise<RawObject> {
  const request: WireRequest = {
    method: 'PATCH',
    path: nodePath(name),
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    body: JSON.stringify(patch),
  };
  return (await requestJSON(wire, request)).body;
}

/** The server goes through all of it, admission too, and stores nothing. */
const DRY_RUN = { dryRun: 'All' };

/** The DELETE of this Node, whatever its state by now, as a trial. Throws ApiError, WireError. */
export async function tryDeletion(wire: Wire, name: string, uid: string): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    preconditions: { uid },
    dryRun: ['All'],
  });
  await requestJSON(wire, { method: 'DELETE', path: nodePath(name), query: DRY_RUN, body });
}

/** The POST of a Node as a trial. Throws ApiError, WireError. */
export async function tryCreation(wire: Wire, node: RawObject): Promise<void> {
  const { query, ...request } = creation(JSON.stringify(node));
  await requestJSON(wire, { ...request, query: { ...query, ...DRY_RUN } });
}
