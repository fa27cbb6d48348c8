import { findNode, getNode } from '../kube/objects/node.ts';
import type { OperationChoices, OperationManifest, OperationRecord, PlannedMove } from '../model/operation.ts';
import { asObject } from '../model/read-json.ts';
import { postBody } from '../plan/body.ts';
import { staysCordoned } from '../plan/care/held-cordon.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';
import { repairAllocator, settleAllocatorOf } from './allocator/phase.ts';
import { careAfterwards, newestRecords } from './care/phase.ts';
import { fence, fenceDisplaced } from './fence.ts';
import { heldBy, heldNodes } from './held.ts';
import type { JournaledOperation } from './journal/read.ts';
import { endedMeanwhile, latestOperations } from './latest.ts';
import { lostTrack } from './lost-track.ts';
import { isBegun, runMoves, type Todo } from './moves.ts';
import { closeOperation, type Ended, openManifest, whileOpen } from './operation.ts';
import { persist } from './persist.ts';
import { latestRollback, type Rollback, type RollbackPlan } from './rollback-plan.ts';
import { ended, type Outcome, runMove, STEPS, undoMove } from './runner.ts';
import { openSession, type Session } from './session.ts';
import { settleDeletion } from './steps/swap/delete.ts';
import type { Tools } from './tools.ts';
import { reached, type Work } from './work.ts';

/** Moves that cannot be taken back: a subnet once given stays, and a Node that was lost is not deleted again. */
const KEPT: OperationRecord['method'][] = ['patch', 'create'];

/** Nothing to take back, or nothing that can be: a reset may be given the subnet that the Node had. */
function isKept({ method, from, to }: OperationRecord): boolean {
  return KEPT.includes(method) || from.join(',') === to.join(',');
}

/** What is not taken back, for the operator. */
function keptLines({ records }: JournaledOperation): string[] {
  return [...records.values()].flatMap(({ node, method, step, to }) => {
    if (step !== 'finished') return [];
    if (method === 'patch') return [`node/${node} keeps ${to.join(',')}: it had none before, and what is given stays`];
    return method === 'create' ? [`node/${node} stays: it was absent before, and is not deleted again`] : [];
  });
}

/**
 * Gives every node of an operation its former subnet back, the last one first. What is open is settled before: a Node that was
 * not deleted is as it was again, one that is absent comes back with its former subnet. Then the nodes that have moved are
 * moved back by the same protocol, as an operation of its own that can be resumed. All of it as the journal stands once the lock is
 * ours. Throws as `beginOperation` does.
 */
export async function rollbackOperation(planned: RollbackPlan, tools: Tools): Promise<Ended> {
  const own = planned.manifest.operation;
  const session = await openSession(own, [own, planned.of], tools);
  try {
    await fenceDisplaced(session, [own, planned.of], planned.manifest.clusterUID);
    const latest = latestRollback(planned, await latestOperations(planned.manifest, undefined, session));
    const { of, manifest, former } = latest;
    if (former && former.manifest.state !== 'open') return endedMeanwhile(former, session);
    if (!former && of.manifest.state === 'rolledBack') return endedMeanwhile(of, session);
    await repairAllocator(manifest, session);
    if (!former) await openManifest(manifest, session);
    return await whileOpen(manifest, () => goBack(latest, session));
  } finally {
    await session.close();
  }
}

async function goBack({ of, manifest, former, held }: Rollback, session: Session): Promise<Ended> {
  if (former) await fence(former, session);
  await fence(of, session);
  const outcomes = await settleOpen({ of, manifest }, session);
  if (outcomes.some(({ state }) => state === 'interrupted') || session.tools.stopping()) return { manifest, outcomes };
  const back = movesBack(of.records, manifest);
  const whole = { ...manifest, moves: back };
  await session.journal.saveManifest(whole);
  outcomes.push(...(await moveBack(whole, { of, manifest, former, held }, session)));
  const left = [...of.records.values()].some((record) => record.step !== 'undone' && !isKept(record));
  if (left) return { manifest: whole, outcomes };
  // What an unfinished operation has patched in stays, and its allocator was not settled yet.
  const kept = of.manifest.state === 'open' ? [...of.records.values()] : [];
  const records = newestRecords(kept, outcomes);
  const cared = await careAfterwards(whole, records, session);
  if (cared.stopped || !(await settleAllocatorOf(whole, records, session))) return { manifest: whole, outcomes, cared };
  for (const line of keptLines(of)) session.tools.tell(line);
  const closed = await closeOperation(of.manifest, 'rolledBack', session);
  if (closed.state !== 'rolledBack') return { manifest: whole, outcomes, cared };
  return { manifest: await closeOperation(whole, 'finished', session), outcomes, cared };
}

/** Brings every open record of the operation to `undone` or `finished`; stops at the first that cannot be. */
async function settleOpen({ of, manifest }: Pick<Rollback, 'of' | 'manifest'>, session: Session): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const record of [...of.records.values()].reverse()) {
    if (record.step === 'finished' || record.step === 'undone') continue;
    session.journal.know(record);
    const outcome = await settle(record, session.work(choicesFor(record, of), []));
    if (outcome.state === 'finished') of.records.set(record.node, outcome.record);
    else outcomes.push(outcome);
    const isBack = outcome.state === 'finished' && outcome.record.step === 'undone';
    if (isBack) outcomes.push(outcome);
    if (isBack || outcome.state !== 'finished') session.tools.ended(outcome);
    if (isBack) session.events.send(manifest, outcome);
    if (outcome.state === 'interrupted') break;
  }
  return outcomes;
}

/** A node that is moved back at once is cared for then. */
function choicesFor(record: OperationRecord, { manifest: { choices } }: JournaledOperation): OperationChoices {
  return isKept(record) ? choices : { ...choices, afterCare: 'none' };
}

/** `finished` with the record at `undone` or `finished`, or `interrupted`. */
async function settle(record: OperationRecord, work: Work): Promise<Outcome> {
  try {
    // After a first swap there is no way back but forward.
    if (reached(record, 'posted') || record.firstSwap) {
      return await former(record, await runMove(STEPS[record.method], record, work), work);
    }
    if (record.method === 'patch') return await settlePatch(record, work);
    if (record.method === 'create') return await settleCreate(record, work);
    const lost = record.step === 'swapping' ? undefined : await lostTrack(record, work);
    if (lost) throw lost;
    const absent = record.step === 'swapping' && (await settleDeletion(record, work)) === 'absent';
    if (!absent) return { state: 'finished', record: await undoMove(STEPS[record.method], record, work) };
    return await postFormer(record, work);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { state: 'interrupted', record, error };
  } finally {
    work.leaving.open();
  }
}

/** The Node is absent: it is posted with its former subnet at once, instead of moving it twice. */
async function postFormer(record: OperationRecord, work: Work): Promise<Outcome> {
  const { raw, from, operation, attempt } = record;
  const body = postBody(raw, { from, to: from, operation });
  // What a reset is given is looked at again; this one is wanted as it is.
  const first = await persist(work, () =>
    work.journal.save({ ...record, method: 'recreate', to: from, body, attempt: attempt + 1 }, 'swapping'),
  );
  return former(first, await runMove(STEPS.recreate, first, work), work);
}

/**
 * A move that ended with the Node's former subnet is undone. The lost POST of an earlier run may have brought it back with its new
 * subnet: that one is moved back like the others.
 */
async function former(record: OperationRecord, outcome: Outcome, work: Work): Promise<Outcome> {
  if (outcome.state === 'interrupted' || outcome.state === 'refused') return outcome;
  const done = work.journal.last(record);
  if (done.method === 'reset' || done.to.join(',') !== done.from.join(',')) return { state: 'finished', record: done };
  return { state: 'finished', record: await persist(work, () => work.journal.save(done, 'undone')) };
}

/** A subnet that was given to an empty Node cannot be taken away again; one that was not given yet never will be. */
async function settlePatch(record: OperationRecord, work: Work): Promise<Outcome> {
  const node = await persist(work, () => getNode(work.wire, record.node));
  const { uid } = asObject(node.metadata);
  const given = uid === record.uid && podCIDRsOf(node).join(',') === record.to.join(',');
  if (given) return runMove(STEPS.patch, record, work);
  return { state: 'finished', record: await persist(work, () => work.journal.save(record, 'undone')) };
}

/** A Node that an earlier run did not bring back yet stays absent. */
async function settleCreate(record: OperationRecord, work: Work): Promise<Outcome> {
  const there = await persist(work, () => findNode(work.wire, record.node));
  if (there) return runMove(STEPS.create, record, work);
  return { state: 'finished', record: await persist(work, () => work.journal.save(record, 'undone')) };
}

/** The ways back, the last move first. Nodes that were empty before keep what they were given. */
export function movesBack(
  records: ReadonlyMap<string, OperationRecord>,
  { moves }: Pick<OperationManifest, 'moves'>,
): PlannedMove[] {
  const back = [...records.values()].reverse().flatMap((record): PlannedMove[] => {
    if (record.step !== 'finished' || isKept(record)) return [];
    const { node, uid, newUID, from, to } = record;
    return [{ node, uid: newUID ?? uid, method: 'recreate', from: to, to: from, wished: true }];
  });
  // What an earlier run of this rollback has moved already stays in its manifest.
  return [...moves.filter(({ node }) => !back.some((one) => one.node === node)), ...back];
}

async function moveBack(
  manifest: OperationManifest,
  { of, former, held }: Rollback,
  session: Session,
): Promise<Outcome[]> {
  const others = await heldNodes(manifest, [of.id, manifest.operation], session);
  const todo = manifest.moves
    .filter(({ node }) => of.records.get(node)?.step === 'finished')
    .map((move): Todo => {
      const taken = of.records.get(move.node);
      const leftCordoned = taken !== undefined && staysCordoned(taken);
      const record = former?.records.get(move.node);
      const other = isBegun({ record }) ? undefined : others.get(move.node);
      const known = { absence: taken?.absence, leftCordoned };
      return {
        move,
        record,
        raw: undefined,
        ...known,
        held: other === undefined ? held.get(move.node) : heldBy(other),
      };
    });
  const closed = todo.filter(({ record }) => record?.step === 'finished');
  const open = todo.filter((one) => !closed.includes(one));
  const done = closed.filter(({ record }) => record && ended(record).state === 'finished');
  // One that came back with the subnet which it was to give up is told last: it holds up no other.
  const fellBack = closed.filter((one) => !done.includes(one));
  const outcomes = await runMoves(session, manifest, [...open, ...fellBack]);
  const back = [...done.map(({ move }) => move.node), ...finished(outcomes)];
  for (const node of back) {
    const record = of.records.get(node);
    if (!record) continue;
    const work = session.work(manifest.choices, []);
    of.records.set(node, await persist(work, () => session.journal.save(record, 'undone')));
  }
  return outcomes;
}

function finished(outcomes: Outcome[]): string[] {
  return outcomes.filter(({ state }) => state === 'finished').map(({ record }) => record.node);
}
