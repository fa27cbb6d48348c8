import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';

/** What a dump of ours says of itself: the first of its items (docs/schema/cluster-dump.schema.json). */
export interface Note {
  /** When it was written by the server's clock, milliseconds since the epoch. */
  time: number;
  redacted: boolean;
  /** What could not be read; all else that `collections.ts` names is in it. */
  missing: { collection: string; reason: string }[];
}

/** How the reason begins for what a dump does not have: it tells nothing about anybody. */
export const LACKS = 'the dump has no';

const API_VERSION = 'kubectl-podcidr/v1';
const KIND = 'ClusterDump';

export function isNote({ apiVersion, kind }: RawObject): boolean {
  return apiVersion === API_VERSION && kind === KIND;
}

export function readNote({ time, redacted, missing }: RawObject): Note {
  return {
    time: Date.parse(asText(time) ?? '') || 0,
    redacted: redacted === true,
    missing: asList(missing).map((entry) => {
      const { collection, reason } = asObject(entry);
      return { collection: asText(collection) ?? '', reason: asText(reason) ?? 'the dump does not say why' };
    }),
  };
}

/** `version`: of this program. */
export function writeNote({ time, redacted, missing }: Note, version: string): RawObject {
  return { apiVersion: API_VERSION, kind: KIND, version, time: new Date(time).toISOString(), redacted, missing };
}
