import type { JsonObject } from '../model/json.ts';
import type { Dependent } from '../model/operation.ts';
import { asList, asObject } from '../model/read-json.ts';
import { type Discovery, groupOf, type ListableKind, type Unlisted } from './discovery.ts';
import type { WatchedNode } from './node-watch.ts';
import { sideBySide } from './side-by-side.ts';
import { type Pause, tryAgain } from './try-again.ts';
import { ApiError } from './wire/api-error.ts';
import { requestJSON } from './wire/json.ts';
import type { Wire } from './wire/wire.ts';

/** What a Node owns, and the kinds that could not be looked through. */
export interface Owned {
  dependents: Dependent[];
  unlisted: Unlisted[];
}

/** How it is looked for. */
export interface Search {
  /** The Nodes, where a watch shows them; otherwise they are listed too. */
  watched?: ReadonlyMap<string, WatchedNode>;
  /** Before a list that a stumbling server refuses is tried again; absent: it is not. */
  pause?: Pause;
}

const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Objects a page: metadata of 500 is some hundred kilobytes. */
const PAGE = '500';

const NODES: ListableKind = { groupVersion: 'v1', kind: 'Node', path: '/api/v1/nodes', namespaced: false };
const LEASES = '/apis/coordination.k8s.io/v1/leases';
const NODE_LEASES = 'kube-node-lease';

/**
 * All objects whose ownerReferences name `uid`, found by listing the metadata of every kind. Left out: the Node's own Lease,
 * which the kubelet renews and owns again by itself (nodelease.go:SetNodeOwnerFunc), and events, which nobody owns.
 */
export function listOwned(wire: Wire, discovery: Discovery, uid: string, search: Search = {}): Promise<Owned> {
  return listOwnedByAny(wire, discovery, new Set([uid]), search);
}

/** The same for several Nodes in one search; whose each is stands in its ownerReference. */
export async function listOwnedByAny(
  wire: Wire,
  { kinds, unknown }: Discovery,
  uids: ReadonlySet<string>,
  { watched, pause }: Search = {},
): Promise<Owned> {
  const listed = kinds.filter((kind) => !isUnowned(kind) && !(watched && kind.path === NODES.path));
  const found = await sideBySide(listed, (kind) => ownedOfKind(wire, kind, { uids, pause }));
  return {
    dependents: [...ownedNodes(watched, uids), ...found.flatMap(({ dependents }) => dependents)],
    unlisted: [...unknown, ...found.flatMap(({ unlisted }) => unlisted)],
  };
}

function ownedNodes(watched: ReadonlyMap<string, WatchedNode> | undefined, uids: ReadonlySet<string>): Dependent[] {
  return [...(watched ?? [])].flatMap(([name, { uid, ownerReferences }]) =>
    dependent(NODES, { name, uid, ownerReferences }, uids),
  );
}

function isUnowned(kind: ListableKind): boolean {
  return groupOf(kind) === '' && ['Event', 'ComponentStatus'].includes(kind.kind);
}

async function ownedOfKind(
  wire: Wire,
  kind: ListableKind,
  { uids, pause }: { uids: ReadonlySet<string>; pause: Pause | undefined },
): Promise<Owned> {
  try {
    return { dependents: await tryAgain(() => listPages(wire, kind, uids), pause), unlisted: [] };
  } catch (error) {
    // 404, 405: a kind without objects of its own (tokenreviews and the like), or gone since discovery.
    const absent = error instanceof ApiError && (error.status === 404 || error.status === 405);
    const why = error instanceof Error ? error.message : String(error);
    return { dependents: [], unlisted: absent ? [] : [{ what: `${kind.groupVersion} ${kind.kind}`, why }] };
  }
}

async function listPages(wire: Wire, { path, ...kind }: ListableKind, uids: ReadonlySet<string>): Promise<Dependent[]> {
  const dependents: Dependent[] = [];
  // As many as there are nodes, and none of them is wanted.
  const others = path === LEASES ? { fieldSelector: `metadata.namespace!=${NODE_LEASES}` } : {};
  for (let next = ''; ; ) {
    const query = { limit: PAGE, ...others, ...(next ? { continue: next } : {}) };
    const { body } = await requestJSON(wire, { method: 'GET', path, query, accept: METADATA });
    dependents.push(
      ...asList(body.items).flatMap((item) => dependent({ path, ...kind }, asObject(asObject(item).metadata), uids)),
    );
    next = String(asObject(body.metadata).continue ?? '');
    if (next === '') return dependents;
  }
}

function dependent(kind: ListableKind, metadata: JsonObject, uids: ReadonlySet<string>): Dependent[] {
  const ownerReference = asList(metadata.ownerReferences)
    .map(asObject)
    .find((reference) => typeof reference.uid === 'string' && uids.has(reference.uid));
  if (!ownerReference) return [];
  const name = String(metadata.name);
  if (kind.kind === 'Lease' && metadata.namespace === NODE_LEASES) return [];
  const namespace = kind.namespaced ? String(metadata.namespace) : undefined;
  return [
    {
      path: objectPath(kind, name, namespace),
      name: [kind.kind, namespace, name].filter((part) => part !== undefined).join('/'),
      uid: String(metadata.uid),
      ownerReference,
    },
  ];
}

function objectPath(kind: ListableKind, name: string, namespace: string | undefined): string {
  const last = `${kind.path.slice(kind.path.lastIndexOf('/') + 1)}/${encodeURIComponent(name)}`;
  const root = kind.path.slice(0, kind.path.lastIndexOf('/'));
  return namespace === undefined ? `${root}/${last}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${last}`;
}
