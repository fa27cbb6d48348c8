import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { noteConfigMaps } from '../../kube/objects/config-map.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { OperationManifest } from '../../model/operation.ts';
import { operationFolder, operationTime } from './names.ts';
import { prune } from './prune.ts';
import { readJournal } from './read.ts';

/** Records of what is done are kept for 30 days, in milliseconds. */
const KEPT = 30 * 24 * 3600 * 1000;

/** True when the operation is done, and has been for so long that its records may go. `now`: milliseconds since the epoch. */
export function isOld({ state, at }: Pick<OperationManifest, 'state' | 'at'>, now: number): boolean {
  return state !== 'open' && now - Date.parse(at) > KEPT;
}

/** Where the journal is, and when it is. */
export interface OldPlace {
  wire: Wire;
  stateFolder: string;
  clusterUID: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Removes the records of operations that have been done for 30 days, at the end of another. One small request where there are
 * none. Best effort: what cannot be read or removed now, a later operation removes.
 */
export async function pruneOld({ wire, stateFolder, clusterUID, now }: OldPlace): Promise<void> {
  try {
    const ids = [...(await idsInCluster(wire)), ...(await idsOnDisk(stateFolder, clusterUID))];
    // An id says when the operation began: none that began later is old.
    const begunLong = [...new Set(ids)].filter((id) => now - operationTime(id) > KEPT);
    for (const operation of begunLong) {
      const { operations } = await readJournal(wire, { clusterUID, stateFolder, operation });
      for (const one of operations) if (isOld(one.manifest, now)) await prune(wire, stateFolder, one);
    }
  } catch {
    // Nothing depends on it.
  }
}

async function idsInCluster(wire: Wire): Promise<string[]> {
  const notes = await noteConfigMaps(wire, 'kubectl-podcidr/state in (finished,rolledBack)');
  return notes.flatMap(({ labels }) => labels['kubectl-podcidr/operation'] ?? []);
}

async function idsOnDisk(stateFolder: string, clusterUID: string): Promise<string[]> {
  const one = operationFolder(stateFolder, { clusterUID, operation: 'x', node: undefined, aside: '' });
  return readdir(dirname(one)).catch(() => []);
}
