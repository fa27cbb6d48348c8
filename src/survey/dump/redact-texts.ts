import type { Json, JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';

/** A name as the API server allows it, wherever it stands in a text. */
const NAME = /[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/g;

/** Kinds that name nodes and pods in their texts. */
const KINDS = ['Event', 'PodLog', 'Lease', 'CSINode'];

/** True for an object whose texts are searched for names. */
export function hasNamesInTexts({ kind }: RawObject): boolean {
  return KINDS.includes(kind ?? '');
}

/** The object with each old name, as a word in any of its texts, replaced by the new one. */
export function renameTexts(object: RawObject, names: ReadonlyMap<string, string>): RawObject {
  const { kind, apiVersion, ...rest } = object;
  return { ...asObject(rename(rest, names)), apiVersion: apiVersion ?? '', kind: kind ?? '' };
}

function rename(value: Json | undefined, names: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return value.replaceAll(NAME, (name) => names.get(name) ?? name);
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, rename(item, names)]])),
  );
}

/** uids say nothing, but whether two are one: that of a Node becomes one made of its new name, any other that of nobody. */
export function redactOwners({ metadata, ...object }: RawObject, uids: ReadonlyMap<string, string>): RawObject {
  const { ownerReferences, ...rest } = asObject(metadata);
  if (ownerReferences === undefined) return { ...object, metadata: rest };
  const owners = asList(ownerReferences).map((owner) => redactOwner(asObject(owner), uids));
  return { ...object, metadata: { ...rest, ownerReferences: owners } };
}

function redactOwner({ uid, ...owner }: JsonObject, uids: ReadonlyMap<string, string>): JsonObject {
  const own = asText(uid);
  return own === undefined ? owner : { ...owner, uid: uids.get(own) ?? 'uid-of-another' };
}

/** A leader is called by its host, which need not be a Node: then it tells of somebody else. */
export function withoutHolder(object: RawObject, nodes: ReadonlyMap<string, string>): RawObject {
  const spec = asObject(object.spec);
  const holder = asText(spec.holderIdentity);
  if (object.kind !== 'Lease' || holder === undefined || nodes.has(holder.split('_')[0] ?? '')) return object;
  return { ...object, spec: { ...spec, holderIdentity: 'somebody' } };
}
