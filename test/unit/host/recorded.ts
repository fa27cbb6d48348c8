import { readFileSync } from 'node:fs';
import { factsOf } from '../../../src/host/facts.ts';
import { splitParts } from '../../../src/host/read/parts.ts';
import type { NodeFacts } from '../../../src/model/node-facts.ts';
import type { Reading } from '../../../src/model/reading.ts';

const FOLDER = new URL('../../fixtures/node/', import.meta.url);

/** What the script printed on a real node, as it was recorded. */
export function recordedText(name: string): string {
  return readFileSync(new URL(`${name}.txt`, FOLDER), 'utf8');
}

/** The facts of a real node. */
export function recordedFacts(name: string, node = 'n2'): NodeFacts {
  return factsOf({ node, source: 'pod kube-flannel/kube-flannel-ds-x' }, splitParts(recordedText(name)));
}

/** The value of a reading that must be known. */
export function known<Value>(reading: Reading<Value>): Value {
  if (!reading.known) throw new Error(reading.reason);
  return reading.value;
}
