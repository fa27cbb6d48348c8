import type { Json, JsonObject } from '../../model/json.ts';
import { asList, asObject } from '../../model/read-json.ts';

/**
 * The objects of what `ip -j` and `bridge -j` print; undefined when the text is their output for people, as older programs and
 * busybox print it whatever is asked for. An empty list may be printed as nothing at all, and filtered-out objects as {}.
 */
export function jsonRows(text: string): JsonObject[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (!trimmed.startsWith('[')) return undefined;
  const value: Json = JSON.parse(trimmed);
  return asList(value)
    .map(asObject)
    .filter((row) => Object.keys(row).length > 0);
}

/** The word after another one: `via 10.244.2.0`. */
export function wordAfter(words: string[], key: string): string | undefined {
  const at = words.indexOf(key);
  return at < 0 ? undefined : words[at + 1];
}

/** The words of a line. */
export function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}
