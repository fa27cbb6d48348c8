import type { Json, JsonObject } from '../model/json.ts';
import { asList, asObject } from '../model/read-json.ts';

/** Keys of one field in fieldsV1, for example ['f:spec', 'f:unschedulable']. */
export type FieldPath = string[];

/** The entries of managedFields cut down to some fields; entries that own none of them are left out. */
export function ownersOf(managedFields: Json | undefined, paths: FieldPath[]): JsonObject[] {
  return asList(managedFields)
    .map(asObject)
    .flatMap((entry) => {
      const owned = paths.filter((path) => owns(asObject(entry.fieldsV1), path));
      const { time: _time, ...who } = entry;
      return owned.length === 0 ? [] : [{ ...who, fieldsV1: owned.reduce(withField, {}) }];
    });
}

/** managedFields without the manager's ownership of some fields, and with what `owners` (of `ownersOf`) owned. */
export function giveBack(
  managedFields: Json | undefined,
  manager: string,
  paths: FieldPath[],
  owners: Json[],
): JsonObject[] {
  const others = asList(managedFields)
    .map(asObject)
    .flatMap((entry) => {
      if (entry.manager !== manager) return [entry];
      const fieldsV1 = paths.reduce(withoutField, asObject(entry.fieldsV1));
      return Object.keys(fieldsV1).length === 0 ? [] : [{ ...entry, fieldsV1 }];
    });
  return owners.map(asObject).reduce(withOwner, others);
}

/** A manager has one entry for each operation, version and subresource (managedfields: BuildManagerIdentifier). */
function withOwner(entries: JsonObject[], owner: JsonObject): JsonObject[] {
  const same = (entry: JsonObject) =>
    ['manager', 'operation', 'apiVersion', 'subresource'].every((key) => entry[key] === owner[key]);
  if (!entries.some(same)) return [...entries, owner];
  return entries.map((entry) =>
    same(entry) ? { ...entry, fieldsV1: merged(asObject(entry.fieldsV1), asObject(owner.fieldsV1)) } : entry,
  );
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const shared = Object.fromEntries(
    Object.entries(b).map(([key, value]) => [key, merged(asObject(a[key]), asObject(value))]),
  );
  return { ...a, ...shared };
}

function owns(fields: JsonObject, [key = '', ...rest]: FieldPath): boolean {
  if (!Object.hasOwn(fields, key)) return false;
  return rest.length === 0 || owns(asObject(fields[key]), rest);
}

function withField(fields: JsonObject, [key = '', ...rest]: FieldPath): JsonObject {
  return { ...fields, [key]: rest.length === 0 ? {} : withField(asObject(fields[key]), rest) };
}

/** A parent that owns nothing but itself (".") goes along. */
function withoutField(fields: JsonObject, [key = '', ...rest]: FieldPath): JsonObject {
  if (!Object.hasOwn(fields, key)) return fields;
  const { [key]: child, ...others } = fields;
  const left = rest.length === 0 ? {} : withoutField(asObject(child), rest);
  return Object.keys(left).every((name) => name === '.') ? others : { ...fields, [key]: left };
}
