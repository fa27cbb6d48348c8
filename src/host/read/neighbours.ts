import type { NodeForwarding, NodeNeighbour } from '../../model/node-facts.ts';
import { asText } from '../../model/read-json.ts';
import { splitPieces } from './parts.ts';
import { jsonRows, wordAfter, wordsOf } from './rows.ts';

/** Reads the pieces `@@dev NAME` of what `bridge -j fdb show dev NAME` prints, and the same as text. */
export function readForwarding(text: string): NodeForwarding[] {
  return splitPieces(text, 'dev').flatMap(({ name: dev, text: entries }) => {
    const rows = jsonRows(entries)?.map(({ mac, dst }) => ({ mac: asText(mac), dst: asText(dst) }));
    const found = rows ?? linesOf(entries).map((words) => ({ mac: words[0], dst: wordAfter(words, 'dst') }));
    return found.flatMap(({ mac, dst }) => (mac === undefined ? [] : [{ dev, mac: mac.toLowerCase(), dst }]));
  });
}

/** Reads `ip -j neigh show nud permanent`, and the same as text. */
export function readNeighbours(text: string): NodeNeighbour[] {
  const rows = jsonRows(text)?.map(({ dst, dev, lladdr }) => [asText(dst), asText(dev), asText(lladdr)]);
  const found = rows ?? linesOf(text).map((words) => [words[0], wordAfter(words, 'dev'), wordAfter(words, 'lladdr')]);
  return found.flatMap(([address, dev, mac]) =>
    address === undefined || dev === undefined || mac === undefined ? [] : [{ address, dev, mac: mac.toLowerCase() }],
  );
}

function linesOf(text: string): string[][] {
  return text
    .split('\n')
    .map(wordsOf)
    .filter((words) => words.length > 0);
}
