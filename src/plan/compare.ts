import type { Json, RawObject } from '../model/json.ts';
import { asList, asObject } from '../model/read-json.ts';

/** What the server sets on every object, and what heartbeats renew. */
const SERVER_SET = [
  'apiVersion',
  'kind',
  'metadata.uid',
  'metadata.resourceVersion',
  'metadata.creationTimestamp',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.selfLink',
];

/**
 * Paths in which the Node that the server stored differs from the one that was posted, beside what every server sets, later
 * heartbeats and the not-ready taint of admission.
 */
export function differences(posted: RawObject, stored: RawObject): string[] {
  return differ(settled(posted), settled(stored), '').filter((path) => !SERVER_SET.includes(path));
}

function settled(node: RawObject): Json {
  const spec = asObject(node.spec);
  const taints = asList(spec.taints).filter((taint) => asObject(taint).key !== 'node.kubernetes.io/not-ready');
  const status = asObject(node.status);
  const conditions = asList(status.conditions).map((condition) => ({
    ...asObject(condition),
    lastHeartbeatTime: undefined,
  }));
  return { ...node, spec: { ...spec, taints }, status: { ...status, conditions } };
}

/** Dotted paths; a list that differs is named as a whole. Absent, null and empty are the same: servers leave empty things out. */
function differ(a: Json | undefined, b: Json | undefined, path: string): string[] {
  if (isEmpty(a) && isEmpty(b)) return [];
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(asObject(a)), ...Object.keys(asObject(b))])].sort().flatMap((key) => {
      const below = path === '' ? key : `${path}.${key}`;
      return differ(asObject(a)[key], asObject(b)[key], below);
    });
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.some((item, index) => differ(item, b[index], path).length > 0) ? [path] : [];
  }
  return a === b ? [] : [path];
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.values(value).every(isEmpty));
}

function isObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
