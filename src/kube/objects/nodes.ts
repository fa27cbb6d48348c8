import type { Wire } from '../wire/wire.ts';
import { type Listed, type ListRequest, listObjects } from './list.ts';

/** All Nodes as raw JSON. Throws ApiError, WireError, Failure. */
export async function listNodes(wire: Wire, freshness: ListRequest['freshness']): Promise<Listed> {
  return listObjects(wire, { path: '/api/v1/nodes', freshness });
}
