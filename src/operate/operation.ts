import { EXIT, Failure } from '../model/failure.ts';
import type { OperationManifest, OperationRecord } from '../model/operation.ts';
import { repairAllocator, settleAllocatorOf } from './allocator/phase.ts';
import { type Cared, careAfterwards, newestRecords } from './care/phase.ts';
import { fence, fenceDisplaced } from './fence.ts';
import { heldBy, heldNodes } from './held.ts';
import { DiskFailure } from './journal/disk.ts';
import { pruneOld } from './journal/old.ts';
import type { JournaledOperation } from './journal/read.ts';
import { endedMeanwhile, latestOf, latestOperations } from './latest.ts';
import { firstRecord, isBegun, runMoves, type Todo } from './moves.ts';
import { persist } from './persist.ts';
import { ended, type Outcome } from './runner.ts';
import { openSession, type Session } from './session.ts';
import type { Tools } from './tools.ts';

/** How an operation ended. */
export interface Ended {
  manifest: OperationManifest;
  outcomes: Outcome[];
  /** What after-care could not do, and what it has seen; undefined: it was not begun. */
  cared?: Cared;
  /** Another process had closed it before the lock was ours: how its moves stand. Nothing was done. */
  found?: OperationRecord[];
}

/** `20261121-034501-1f2e3d`: sorts by time, and two operators' never meet. */
export function operationId(now: number, random: string): string {
  const [day, time] = new Date(now).toISOString().replaceAll(/[-:]/g, '').split('T');
  return `${day}-${time?.slice(0, 6)}-${random}`;
}

/**
 * Begins an operation and carries it out. Throws Failure (another operator is at work, or has begun one of the Nodes and died; a
 * Node too large for the journal), ApiError, WireError before anything is changed; afterwards all is told by the outcomes.
 */
export async function beginOperation(manifest: OperationManifest, todo: Todo[], tools: Tools): Promise<Ended> {
  const session = await openSession(manifest.operation, [], tools);
  try {
    for (const one of todo) {
      if (one.raw) session.journal.checkSize(firstRecord(manifest, one, { raw: one.raw, attempt: 1 }, session));
    }
    await fenceDisplaced(session, [], manifest.clusterUID);
    const held = await heldNodes(manifest, [], session);
    for (const { move } of todo) {
      const id = held.get(move.node);
      if (id !== undefined) throw heldBy(id, `node ${move.node} is not moved: `);
    }
    await repairAllocator(manifest, session);
    const begun = await openManifest(manifest, session);
    return await whileOpen(begun, async () => carryOut(begun, await storeLost(begun, todo, session), session));
  } finally {
    await session.close();
  }
}

/** A Node that is lost stands nowhere but in the operator's file: it is stored before the first one is posted. */
async function storeLost(manifest: OperationManifest, todo: Todo[], session: Session): Promise<Todo[]> {
  const work = session.work(manifest.choices, []);
  const stored: Todo[] = [];
  for (const one of todo) {
    const { move, raw } = one;
    if (move.method !== 'create' || !raw) stored.push(one);
    else {
      const first = firstRecord(manifest, one, { raw, attempt: 1 }, session);
      stored.push({ ...one, record: await persist(work, () => session.journal.save(first, 'planned')) });
    }
  }
  return stored;
}

/** What is to be gone on with, as it was agreed to. */
export interface Resumption {
  /** As it was read before, with the choices to go on with. */
  manifest: OperationManifest;
  /** Nodes that are not to be deleted in this run, and why. */
  held: ReadonlyMap<string, Failure>;
}

/**
 * Goes on with an operation where it stands once the lock is ours: first what was begun, then the rest. Throws as `beginOperation`
 * does.
 */
export async function resumeOperation({ manifest: planned, held }: Resumption, tools: Tools): Promise<Ended> {
  const id = planned.operation;
  const session = await openSession(id, [id], tools);
  try {
    await fenceDisplaced(session, [id], planned.clusterUID);
    const latest = latestOf(await latestOperations(planned, id, session), id);
    if (latest.manifest.state !== 'open') return endedMeanwhile(latest, session);
    const operation = { ...latest, manifest: { ...latest.manifest, choices: planned.choices } };
    return await whileOpen(planned, async () => {
      await fence(operation, session);
      const others = await heldNodes(planned, [id], session);
      return carryOut(operation.manifest, openMoves(operation, held, others), session, [...operation.records.values()]);
    });
  } finally {
    await session.close();
  }
}

function openMoves(
  { manifest: { moves }, records }: JournaledOperation,
  held: ReadonlyMap<string, Failure>,
  others: ReadonlyMap<string, string>,
): Todo[] {
  const todo = moves.map((move): Todo => {
    const record = records.get(move.node);
    const other = isBegun({ record }) ? undefined : others.get(move.node);
    const why = other === undefined ? held.get(move.node) : heldBy(other);
    return { move, record, raw: undefined, held: why };
  });
  const open = todo.filter(({ record }) => record?.step !== 'finished');
  return [...open.filter(isBegun), ...open.filter((one) => !isBegun(one))];
}

/** Whatever ends the work while the operation is open is thrown as a Failure with exit code 3, and how to go on. */
export async function whileOpen<Value>({ operation }: OperationManifest, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const tells = error instanceof Failure && error.exitCode === EXIT.unfinished && error.hint !== undefined;
    if (!(error instanceof Error) || tells) throw error;
    const hint = `go on with: kubectl podcidr resume ${operation}`;
    throw new Failure(error.message, { hint, exitCode: EXIT.unfinished, cause: error });
  }
}

/** `former`: the records of an earlier run. */
async function carryOut(
  manifest: OperationManifest,
  todo: Todo[],
  session: Session,
  former: OperationRecord[] = [],
): Promise<Ended> {
  const outcomes = await runMoves(session, manifest, todo);
  const whole =
    outcomes.length === todo.length && outcomes.every(({ state }) => state === 'finished' || state === 'refused');
  const records = newestRecords(former, outcomes);
  const cared = whole ? await careAfterwards(manifest, records, session) : undefined;
  const settled = cared !== undefined && !cared.stopped && (await settleAllocatorOf(manifest, records, session));
  const closes = settled && !session.tools.leaving.left;
  const closed = closes ? await closeOperation(manifest, 'finished', session) : manifest;
  return {
    manifest: closed,
    outcomes: [...finishedEarlier(former, outcomes), ...outcomes],
    ...(cared ? { cared } : {}),
  };
}

/** What an earlier run has finished belongs to the operation that ends now. */
function finishedEarlier(former: OperationRecord[], outcomes: Outcome[]): Outcome[] {
  const again = new Set(outcomes.map(({ record }) => record.node));
  return former.filter(({ node, step }) => step === 'finished' && !again.has(node)).map(ended);
}

/**
 * Stores the manifest of an operation that is begun now. Throws as `saveManifest` does; then one of its copies may be there all
 * the same, and is closed again: nothing was begun. Throws Left when the operator has left.
 */
export async function openManifest(manifest: OperationManifest, session: Session): Promise<OperationManifest> {
  const { leaving } = session.tools;
  // Both copies or none.
  leaving.shut();
  try {
    return await session.journal.saveManifest(manifest);
  } catch (error) {
    const work = session.work(manifest.choices, []);
    await persist(work, () => session.journal.saveManifest({ ...manifest, state: 'rolledBack' })).catch(
      () => undefined,
    );
    throw error;
  } finally {
    leaving.open();
  }
}

/**
 * Says in the journal that nothing is left to do. Returns the manifest as it stands in the cluster: what could not be closed
 * there is open to everybody, and is closed by a resume. Throws Left when the operator has left.
 */
export async function closeOperation(
  manifest: OperationManifest,
  state: OperationManifest['state'],
  session: Session,
): Promise<OperationManifest> {
  const work = session.work(manifest.choices, []);
  work.leaving.shut();
  try {
    const closed = await persist(work, () => session.journal.saveManifest({ ...manifest, state }));
    work.leaving.open();
    const { wire, stateFolder, clock } = session.tools;
    await pruneOld({ wire, stateFolder, clusterUID: manifest.clusterUID, now: clock.now() });
    return closed;
  } catch (error) {
    work.tell(
      `Warning: the journal of operation ${manifest.operation} could not be written: ${(error as Error).message}`,
    );
    return error instanceof DiskFailure ? { ...manifest, state } : manifest;
  } finally {
    work.leaving.open();
  }
}
