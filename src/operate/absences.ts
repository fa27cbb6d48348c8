import { noteConfigMaps } from '../kube/objects/config-map.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { RawObject } from '../model/json.ts';
import type { OperationRecord } from '../model/operation.ts';
import { asObject, asText } from '../model/read-json.ts';

export type Absences = ReadonlyMap<string, OperationRecord['absence']>;

/**
 * How long nodes were absent that were created again after `since` (milliseconds since the epoch), by name, as the journal of
 * earlier operations tells. Nothing is read when all Nodes are older. Throws WireError, Failure.
 */
export async function readAbsences(wire: Wire, nodes: RawObject[], since: number): Promise<Absences> {
  const young = nodes.filter((raw) => Date.parse(asText(asObject(raw.metadata).creationTimestamp) ?? '') > since);
  if (young.length === 0) return new Map();
  const notes = await noteConfigMaps(wire, 'kubectl-podcidr/operation').catch((error: unknown) => {
    if (error instanceof ApiError) return [];
    throw error;
  });
  const absences = new Map<string, OperationRecord['absence']>();
  for (const { annotations } of notes) {
    const node = annotations['kubectl-podcidr/node'] ?? '';
    const absence = readAbsence(annotations['kubectl-podcidr/absence']);
    if (absence && absence.until > (absences.get(node)?.until ?? '')) absences.set(node, absence);
  }
  return absences;
}

function readAbsence(text: string | undefined): OperationRecord['absence'] {
  try {
    const { ms, until } = JSON.parse(text ?? '');
    return typeof ms === 'number' && typeof until === 'string' ? { ms, until } : undefined;
  } catch {
    return undefined;
  }
}
