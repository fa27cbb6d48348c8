import type { JsonObject } from '../model/json.ts';
import { asList, asObject } from '../model/read-json.ts';
import { sideBySide } from './side-by-side.ts';
import { type Pause, tryAgain } from './try-again.ts';
import { requestJSON } from './wire/json.ts';
import type { Wire } from './wire/wire.ts';

/** A kind of object that the server can list. */
export interface ListableKind {
  /** apps/v1, v1, … */
  groupVersion: string;
  kind: string;
  /** Path of the collection over all namespaces, for example /apis/apps/v1/daemonsets. */
  path: string;
  namespaced: boolean;
}

export interface Discovery {
  kinds: ListableKind[];
  /** Groups whose resources the server did not tell. */
  unknown: Unlisted[];
}

/** What could not be looked through. */
export interface Unlisted {
  /** A kind, as `apps/v1 Deployment`, or all of a group's version, as `metrics.k8s.io/v1beta1`. */
  what: string;
  why: string;
}

/** Groups that show other groups' objects again, or measurements that nobody owns. */
const NOT_STORED = ['metrics.k8s.io', 'custom.metrics.k8s.io', 'external.metrics.k8s.io', 'events.k8s.io'];

/**
 * The kinds of the server, each in its group's preferred version, or in the first that has it: the garbage collector knows
 * those too. One request a version (the aggregated form is not there before 1.26). Throws ApiError, WireError
 * when the list of groups itself cannot be read. `pause`: before what passes is tried again.
 */
export async function discoverKinds(wire: Wire, pause?: Pause): Promise<Discovery> {
  const { body } = await tryAgain(() => requestJSON(wire, { method: 'GET', path: '/apis' }), pause);
  const groups = asList(body.groups)
    .map(asObject)
    .filter(({ name }) => !NOT_STORED.includes(String(name)));
  const versions = ['v1', ...groups.flatMap(versionsOf)];
  const answers = await sideBySide(versions, (version) => groupKinds(wire, version, pause));
  const found = new Map<string, ListableKind>();
  for (const kind of answers.flatMap(({ kinds }) => kinds)) {
    const key = `${groupOf(kind)} ${kind.path.slice(kind.path.lastIndexOf('/'))}`;
    if (!found.has(key)) found.set(key, kind);
  }
  return { kinds: [...found.values()], unknown: answers.flatMap(({ unknown }) => unknown) };
}

/** The API group of a kind, '' for the core group. */
export function groupOf({ groupVersion }: ListableKind): string {
  return groupVersion.includes('/') ? (groupVersion.split('/')[0] ?? '') : '';
}

/** groupVersions of a group, the preferred first. */
function versionsOf({ preferredVersion, versions }: JsonObject): string[] {
  const all = [preferredVersion, ...asList(versions)].map((version) => String(asObject(version).groupVersion));
  return [...new Set(all)];
}

async function groupKinds(wire: Wire, groupVersion: string, pause: Pause | undefined): Promise<Discovery> {
  const root = groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
  try {
    const { body } = await tryAgain(() => requestJSON(wire, { method: 'GET', path: root }), pause);
    const kinds = asList(body.resources)
      .map(asObject)
      .filter(({ name, verbs }) => typeof name === 'string' && !name.includes('/') && asList(verbs).includes('list'))
      .map(({ name, kind, namespaced }) => ({
        groupVersion,
        kind: String(kind),
        path: `${root}/${String(name)}`,
        namespaced: namespaced === true,
      }));
    return { kinds, unknown: [] };
  } catch (error) {
    return {
      kinds: [],
      unknown: [{ what: groupVersion, why: error instanceof Error ? error.message : String(error) }],
    };
  }
}
