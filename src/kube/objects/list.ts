import type { JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { noKubernetes, requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';

export interface ListRequest {
  /** Collection on the server, for example /api/v1/nodes. */
  path: string;
  labelSelector?: string;
  fieldSelector?: string;
  /**
   * `cached`: from the API server's watch cache (resourceVersion=0), fast, for reports; `quorum`: the newest state.
   */
  freshness: 'cached' | 'quorum';
  /** Objects per page; default: all in one answer. A cached list comes in one answer whatever the page (cacher.go:GetList). */
  page?: number;
}

export interface Listed {
  items: RawObject[];
  /** The server's Date header in milliseconds since the epoch; undefined when there was none. */
  date: number | undefined;
  resourceVersion: string | undefined;
}

/** Reads a whole collection. Items get the kind that a list leaves away. Throws ApiError, WireError, Failure. */
export async function listObjects(wire: Wire, request: ListRequest): Promise<Listed> {
  const items: RawObject[] = [];
  const seen = await eachPage(wire, request, (page) => items.push(...page));
  return { items, ...seen };
}

/** Reads a collection page by page, so that no more than a page is held. A list that expires meanwhile fails with 410. */
export async function eachPage(
  wire: Wire,
  request: ListRequest,
  take: (items: RawObject[]) => void,
): Promise<Omit<Listed, 'items'>> {
  let token: string | undefined;
  let date: number | undefined;
  let resourceVersion: string | undefined;
  do {
    const { headers, body } = await requestJSON(wire, {
      method: 'GET',
      path: request.path,
      query: query(request, token),
    });
    date ??= Date.parse(headers.date ?? '') || undefined;
    const metadata = asObject(body.metadata);
    resourceVersion ??= asText(metadata.resourceVersion);
    take(itemsOf(wire, body));
    token = asText(metadata.continue) || undefined;
  } while (token !== undefined);
  return { date, resourceVersion };
}

function query(request: ListRequest, token: string | undefined): Record<string, string> {
  const { labelSelector, fieldSelector, freshness, page } = request;
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(freshness === 'cached' && token === undefined ? { resourceVersion: '0' } : {}),
    ...(page === undefined ? {} : { limit: String(page) }),
    ...(token === undefined ? {} : { continue: token }),
  };
}

/**
 * A list names its kind once (NodeList); its items are given theirs, as kubectl prints them. Throws Failure for an object that
 * is no list: it would pass as an empty cluster.
 */
function itemsOf(wire: Wire, body: JsonObject): RawObject[] {
  const { kind: listKind, items } = body;
  // Go writes a list without items as null.
  const isList = asText(listKind)?.endsWith('List') && (Array.isArray(items) || items === null);
  if (!isList) throw noKubernetes(wire, 'list');
  const kind = (asText(listKind) ?? '').replace(/List$/, '');
  const apiVersion = asText(body.apiVersion) ?? 'v1';
  return asList(items).map((item) => ({ kind, apiVersion, ...asObject(item) }));
}
