import type { RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { compareText } from '../../model/text.ts';
import { COLLECTION_NAMES, COLLECTIONS } from '../collections.ts';
import type { Inventory } from '../inventory.ts';
import { keepNode } from '../keep.ts';
import { LACKS, type Note, writeNote } from './note.ts';
import { redact } from './redact.ts';

/** A dump, as a List that every reading command takes with -f. */
export interface Dump {
  list: RawObject;
  /** How many objects of each kind are in it. */
  counts: Map<string, number>;
  missing: Note['missing'];
}

/** Of all that was gathered, what is read and nothing else. `version`: of this program. */
export function writeDump({ nodes, collections, now }: Inventory, version: string, redacted: boolean): Dump {
  const missing: Note['missing'] = [];
  // A pod of kube-controller-manager is one of the pods too.
  const objects = new Map<string, RawObject>();
  for (const node of nodes) objects.set(keyOf(node), keepNode(node));
  for (const name of COLLECTION_NAMES) {
    const reading = collections[name];
    if (!reading.known)
      missing.push({ collection: name, reason: redacted ? redactedReason(reading.reason) : reading.reason });
    else for (const object of reading.value) objects.set(keyOf(object), COLLECTIONS[name].keep(object));
  }
  const sorted = [...objects].sort(([a], [b]) => compareText(a, b)).map(([, object]) => object);
  const kept = redacted ? redact(sorted) : sorted;
  const items = [writeNote({ time: now, redacted, missing }, version), ...kept];
  const counts = new Map([...Map.groupBy(kept, ({ kind }) => String(kind))].map(([kind, all]) => [kind, all.length]));
  // kubectl's order: a reader knows by the kind behind the items that none of them is lost.
  return { list: { apiVersion: 'v1', items, kind: 'List', metadata: {} }, counts, missing };
}

const REDACTED = 'it could not be read when the dump was made';

/** The server's own words may name a user. */
function redactedReason(reason: string): string {
  return reason.startsWith(LACKS) ? reason : REDACTED;
}

function keyOf({ kind, metadata }: RawObject): string {
  const { namespace, name } = asObject(metadata);
  return JSON.stringify([kind, asText(namespace) ?? '', asText(name) ?? '']);
}
