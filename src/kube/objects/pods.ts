import type { RawObject } from '../../model/json.ts';
import type { Wire } from '../wire/wire.ts';
import { eachPage, listObjects } from './list.ts';

/** Pods per page: 1,000 of 19 kB keep an answer far below the longest text that the program can hold (512 MB). */
const PAGE = 1000;

/** Hands over all pods of all namespaces, a page at a time. Throws ApiError, WireError, Failure. */
export async function eachPod(wire: Wire, take: (pods: RawObject[]) => void): Promise<void> {
  await eachPage(wire, { path: '/api/v1/pods', freshness: 'quorum', page: PAGE }, take);
}

/** The pods whose first address this is, of all namespaces. Throws ApiError, WireError, Failure. */
export async function listPodsAt(wire: Wire, address: string): Promise<RawObject[]> {
  const request = { path: '/api/v1/pods', fieldSelector: `status.podIP=${address}`, freshness: 'quorum' } as const;
  return (await listObjects(wire, request)).items;
}

/** The pods of one node in full, those that a label selector picks ('': all). Throws ApiError, WireError, Failure. */
export async function listNodePods(wire: Wire, node: string, labelSelector: string): Promise<RawObject[]> {
  const request = {
    path: '/api/v1/pods',
    fieldSelector: `spec.nodeName=${node}`,
    freshness: 'quorum',
    page: PAGE,
  } as const;
  return (await listObjects(wire, labelSelector === '' ? request : { ...request, labelSelector })).items;
}
