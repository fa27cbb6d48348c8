import { getNamespace } from '../kube/objects/namespaces.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import { asObject } from '../model/read-json.ts';
import { foreignCluster } from '../operate/journal/foreign.ts';
import { type JournaledOperation, type ReadJournal, readJournal } from '../operate/journal/read.ts';
import { escapeLine } from '../render/escape.ts';
import type { Context } from './context.ts';
import { didYouMean } from './nearest.ts';

export interface JournalSource {
  wire: Wire;
  stateFolder: string;
}

/** The whole journal of this cluster; what cannot be used is warned of. Throws ApiError, WireError. */
export async function wholeJournal(
  { streams }: Context,
  { wire, stateFolder }: JournalSource,
): Promise<ReadJournal & { clusterUID: string }> {
  const { uid } = asObject((await getNamespace(wire, 'kube-system')).metadata);
  const clusterUID = String(uid);
  const journal = await readJournal(wire, { clusterUID, stateFolder, operation: undefined });
  for (const complaint of journal.complaints) streams.err(`Warning: ${escapeLine(complaint)}\n`);
  return { ...journal, clusterUID };
}

/**
 * The operation with this id; without one, the only operation that is open (undefined: there is none). Throws Failure for an
 * unknown id, for several open ones, and when what is needed of its journal cannot be used.
 */
export async function findOperation(
  journal: ReadJournal & { clusterUID: string },
  id: string | undefined,
  { stateFolder }: JournalSource,
): Promise<JournaledOperation | undefined> {
  const { operations, clusterUID } = journal;
  const all = operations.filter(({ manifest }) => manifest.state === 'open');
  // One that is being rolled back is finished by its rollback.
  const open = all.filter(({ id: one }) => !all.some(({ manifest }) => manifest.of === one));
  if (id === undefined && open.length > 1) {
    throw new Failure(`several operations are interrupted: ${open.map((one) => one.id).join(', ')}`, {
      hint: 'name one of them: kubectl podcidr operations shows what each is about',
    });
  }
  const found = id === undefined ? open[0] : operations.find((one) => one.id === id);
  if (!found && id !== undefined) {
    const other = await foreignCluster(stateFolder, clusterUID, id);
    if (other) {
      throw new Failure(`operation ${quote(id)} belongs to another cluster (${other})`, {
        hint: 'name that cluster with --context or --kubeconfig',
      });
    }
    const ids = operations.map((one) => one.id);
    throw new Failure(`there is no operation ${quote(id)}${didYouMean(id, ids)}`, {
      hint: 'kubectl podcidr operations lists them',
    });
  }
  return found && refuseUnreadable(found);
}

/** The operation itself. Throws Failure when no copy of one of its records can be used: its Node could not be brought back. */
export function refuseUnreadable(operation: JournaledOperation): JournaledOperation {
  const { id, unreadable } = operation;
  if (unreadable.length === 0) return operation;
  throw new Failure(`the journal of operation ${id} cannot be used: ${unreadable.join(', ')}`, {
    hint: `what is wrong with each copy is said above, nothing was changed; to give it up: kubectl podcidr operations prune ${id}`,
  });
}
