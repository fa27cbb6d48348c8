import type { RawObject } from '../../model/json.ts';
import { asObject } from '../../model/read-json.ts';
import type { InterruptedOperation } from '../../model/survey.ts';
import type { Wire } from '../wire/wire.ts';
import { type ConfigMapNote, noteConfigMaps } from './config-map.ts';
import type { Holder } from './lock-lease.ts';

const OPERATION = 'kubectl-podcidr/operation';
const STATE = 'kubectl-podcidr/state';
const DONE = ['finished', 'undone'];

/** The journal's notes on operations that are open, and on their nodes. Two small requests. Throws ApiError, WireError, Failure. */
export async function readOpenNotes(wire: Wire): Promise<ConfigMapNote[]> {
  const open = await noteConfigMaps(wire, `${STATE}=open`);
  if (open.length === 0) return [];
  const ids = open.map(({ labels }) => labels[OPERATION]).join(',');
  return [...open, ...(await noteConfigMaps(wire, `${OPERATION} in (${ids}),!${STATE}`))];
}

/** True for a ConfigMap of the journal. */
export function isJournal({ kind, metadata }: RawObject): boolean {
  const { namespace, labels } = asObject(metadata);
  return kind === 'ConfigMap' && namespace === 'kube-system' && asObject(labels)[OPERATION] !== undefined;
}

/** Operations that are open while no process holds their lock. `now`: milliseconds since the epoch, by the server's clock. */
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
