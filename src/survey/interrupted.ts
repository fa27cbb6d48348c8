import { type ConfigMapNote, noteConfigMaps } from '../kube/objects/config-map.ts';
import { getLease } from '../kube/objects/lease.ts';
import { type Holder, LOCK, readHolder } from '../kube/objects/lock-lease.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { InterruptedOperation } from '../model/survey.ts';

const OPERATION = 'kubectl-podcidr/operation';
const STATE = 'kubectl-podcidr/state';
const DONE = ['finished', 'undone'];

/**
 * Operations that are open while no process holds their lock. Two small requests; who may not read them is told nothing.
 * Throws WireError, Failure.
 */
export async function readInterrupted(wire: Wire): Promise<InterruptedOperation[]> {
  try {
    const [open, lock] = await Promise.all([
      noteConfigMaps(wire, `${STATE}=open`),
      getLease(wire, LOCK.namespace, LOCK.name),
    ]);
    if (open.length === 0) return [];
    const ids = open.map(({ labels }) => labels[OPERATION]).join(',');
    const nodes = await noteConfigMaps(wire, `${OPERATION} in (${ids}),!${STATE}`);
    return interruptedAmong([...open, ...nodes], lock && readHolder(lock.lease), lock?.date ?? 0);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** The same from the journal's ConfigMaps. `now`: milliseconds since the epoch, by the server's clock. */
export function interruptedAmong(
  notes: ConfigMapNote[],
  holder: Holder | undefined,
  now: number,
): InterruptedOperation[] {
  const running = holder && now - holder.renewed <= holder.expiry ? holder.operation : undefined;
  return notes
    .filter(({ labels }) => labels[STATE] === 'open' && labels[OPERATION] !== running)
    .map(({ labels, annotations }) => ({
      id: labels[OPERATION] ?? '',
      verb: annotations['kubectl-podcidr/verb'] ?? 'operation',
      by: annotations['kubectl-podcidr/by'] ?? 'an unknown user',
      nodes: openNodes(notes.filter((note) => note.labels[OPERATION] === labels[OPERATION])),
    }));
}

function openNodes(notes: ConfigMapNote[]): InterruptedOperation['nodes'] {
  return notes
    .map(({ annotations }) => ({
      name: annotations['kubectl-podcidr/node'] ?? '',
      step: annotations['kubectl-podcidr/step'] ?? '',
    }))
    .filter(({ name, step }) => name !== '' && !DONE.includes(step));
}
