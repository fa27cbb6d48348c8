import { isDeepStrictEqual } from 'node:util';
import type { CollectionName } from '../../model/collection.ts';
import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import { quote } from '../../model/quote.ts';
import { asObject, asText } from '../../model/read-json.ts';
import type { Reading } from '../../model/reading.ts';
import { COLLECTION_NAMES, COLLECTIONS } from '../collections.ts';
import { byCollection, type Inventory } from '../inventory.ts';
import { newestTime } from '../newest-time.ts';
import { EXAMPLE } from './decode.ts';
import type { DumpFile } from './files.ts';
import { isNote, LACKS, type Note, readNote } from './note.ts';
import { type DumpedObject, readObjects } from './objects.ts';

/**
 * What the survey looks at, out of dumps; other kinds are left aside. "Now" is when `kubectl podcidr dump` wrote them, else the
 * newest timestamp of all that is read. Throws Failure when there is no Node, or one Node in two states.
 */
export function takeInventory(files: DumpFile[]): Inventory {
  const objects = files.flatMap(({ file, text }) => readObjects(text, file));
  const names = files.map(({ file }) => file);
  const nodes = new Map<string, DumpedObject>();
  const found = byCollection(() => new Map<string, RawObject>());
  const kinds = new Set<string>();
  const notes: Note[] = [];
  let uid: string | undefined;
  for (const dumped of objects) {
    const { object } = dumped;
    const { kind } = object;
    const { namespace, name } = keyOf(object);
    kinds.add(String(kind));
    if (isNote(object)) notes.push(readNote(object));
    else if (kind === 'Node') takeNode(nodes, dumped, name);
    else if (kind === 'Namespace' && name === 'kube-system') uid = asText(asObject(object.metadata).uid);
    for (const one of COLLECTION_NAMES) {
      if (COLLECTIONS[one].holds(object)) found[one].set(JSON.stringify([kind, namespace, name]), object);
    }
  }
  if (nodes.size === 0) throw noNode(kinds, names);
  const source = `dump ${names.join(', ')}`;
  const all = Object.values(found).flatMap((one) => [...one.values()]);
  const raw = [...nodes.values()].map(({ object }) => object);
  return {
    origin: 'dump',
    now: notes.length > 0 ? Math.max(...notes.map(({ time }) => time)) : newestTime([...raw, ...all]),
    nodes: raw,
    collections: byCollection((one) => readingOf(one, [...found[one].values()], notes, kinds, source)),
    clusterUID:
      uid === undefined
        ? { known: false, reason: 'the dump has no namespace kube-system' }
        : { known: true, value: uid, source },
  };
}

/** A dump of ours says what it could not read; in others it depends on the kinds that are there. */
function readingOf(
  name: CollectionName,
  value: RawObject[],
  notes: Note[],
  kinds: ReadonlySet<string>,
  source: string,
): Reading<RawObject[]> {
  const missing = notes.flatMap((note) => note.missing.filter(({ collection }) => collection === name));
  const [first] = missing;
  if (first && missing.length === notes.length) return { known: false, reason: first.reason };
  const { told } = COLLECTIONS[name];
  const believed = told === 'rare' || told?.some((kind) => kinds.has(kind)) === true;
  if (value.length > 0 || notes.length > 0 || believed) return { known: true, value, source };
  const lacking = Array.isArray(told) ? told.join(' or ') : COLLECTIONS[name].any;
  return { known: false, reason: `${LACKS} ${lacking}` };
}

function takeNode(nodes: Map<string, DumpedObject>, dumped: DumpedObject, name: string): void {
  if (name === '') throw new Failure(`${dumped.file} has a Node without a name`);
  const known = nodes.get(name);
  if (known && !isSame(known.object, dumped.object)) {
    const where = known.file === dumped.file ? dumped.file : `${known.file} and ${dumped.file}`;
    throw new Failure(`node ${quote(name)} is in ${where} in two different states`, {
      hint: 'give dumps of one moment, with each node once',
    });
  }
  nodes.set(name, known ?? dumped);
}

/** The same object at the same moment, and its subnets not edited by hand. Without a resourceVersion only an equal object is. */
function isSame(a: RawObject, b: RawObject): boolean {
  const { uid, resourceVersion } = identity(a);
  if (uid === undefined || resourceVersion === undefined) return isDeepStrictEqual(a, b);
  return isDeepStrictEqual(identity(a), identity(b));
}

function identity(object: RawObject) {
  const { uid, resourceVersion } = asObject(object.metadata);
  const { podCIDR, podCIDRs } = asObject(object.spec);
  return { uid, resourceVersion, podCIDR, podCIDRs };
}

function keyOf(object: RawObject): { namespace: string; name: string } {
  const metadata = asObject(object.metadata);
  return { namespace: asText(metadata.namespace) ?? '', name: asText(metadata.name) ?? '' };
}

function noNode(kinds: Set<string>, files: string[]): Failure {
  const where = files.join(', ');
  const found = [...kinds].slice(0, 5).map((kind) => quote(kind).slice(1, -1));
  const instead = found.length > 0 ? `, only ${found.join(', ')}${kinds.size > 5 ? ', …' : ''}` : '';
  return new Failure(
    `${where} ${files.length === 1 ? 'has' : 'have'} no Node in ${files.length === 1 ? 'it' : 'them'}${instead}`,
    {
      hint: EXAMPLE,
    },
  );
}
