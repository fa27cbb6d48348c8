import { getNode, patchNode } from '../kube/objects/node.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { OperationRecord } from '../model/operation.ts';
import { asObject } from '../model/read-json.ts';
import { OPERATION_ANNOTATION } from '../plan/body.ts';
import { type JournaledOperation, readJournal } from './journal/read.ts';
import { persist } from './persist.ts';
import type { Session } from './session.ts';
import { reached, type Work } from './work.ts';

/**
 * Makes the writes of whoever worked on this operation before fail, though that process may only have been stopped: first its
 * journal is written, so that it can store no step, then the Nodes in flight are touched, so that its DELETE meets another
 * resourceVersion. Throws Failure, ApiError, WireError.
 */
export async function fence({ manifest, records, configMaps }: JournaledOperation, session: Session): Promise<void> {
  const work = session.work(manifest.choices, []);
  for (const map of configMaps) session.copies.takeOver(map);
  await persist(work, () => session.journal.saveManifest(manifest));
  for (const record of records.values()) {
    if (record.step === 'finished' || record.step === 'undone') continue;
    await persist(work, () => session.journal.save(record, record.step));
    if (reached(record, 'swapping') && !reached(record, 'posted')) await touch(record, work);
  }
}

/** The operation whose lock had expired when it was taken over is fenced off too, if it is not the one to be carried out. */
export async function fenceDisplaced(session: Session, own: string[], clusterUID: string): Promise<void> {
  const { displaced, tools } = session;
  if (!displaced || own.includes(displaced.operation)) return;
  const { stateFolder, wire } = tools;
  const { operations } = await readJournal(wire, { clusterUID, stateFolder, operation: displaced.operation });
  for (const operation of operations.filter(({ manifest }) => manifest.state === 'open')) {
    await fence(operation, session);
  }
}

/** Absent, or another Node by now: there is nothing that an old DELETE could hit. */
async function touch(record: OperationRecord, work: Work): Promise<void> {
  const annotations = { [OPERATION_ANNOTATION]: record.operation };
  await persist(work, async () => {
    try {
      // Taken away first: writing the value that is there would move nothing.
      const { metadata } = await getNode(work.wire, record.node);
      if (asObject(metadata).uid !== record.uid) return;
      if (OPERATION_ANNOTATION in asObject(asObject(metadata).annotations))
        await annotate({ [OPERATION_ANNOTATION]: null });
      await annotate(annotations);
    } catch (error) {
      if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
    }
  });

  async function annotate(values: Record<string, string | null>) {
    await patchNode(work.wire, record.node, { metadata: { uid: record.uid, annotations: values } });
  }
}
