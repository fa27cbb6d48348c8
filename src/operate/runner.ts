import { getNode } from '../kube/objects/node.ts';
import { Failure } from '../model/failure.ts';
import type { OperationRecord } from '../model/operation.ts';
import type { Move } from '../model/plan.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';
import { Left } from './leaving.ts';
import { lostTrack } from './lost-track.ts';
import { allocateStep } from './steps/allocate.ts';
import { announceStep } from './steps/announce.ts';
import { cleanStep } from './steps/care/clean.ts';
import { renewStep } from './steps/care/renew.ts';
import { restartStep } from './steps/care/restart.ts';
import { cordonStep } from './steps/cordon.ts';
import { detachStep } from './steps/detach.ts';
import { drainStep } from './steps/drain.ts';
import { fillStep } from './steps/fill.ts';
import { finishStep } from './steps/finish.ts';
import { postStep } from './steps/post.ts';
import { reownStep } from './steps/reown.ts';
import { settleStep } from './steps/settle.ts';
import { swapStep } from './steps/swap.ts';
import { reached, type StepDefinition, type Work } from './work.ts';

/** What is done on the node once its Node has its new subnet. */
const CARE = [restartStep, cleanStep, renewStep];

/** The steps of a move, in their order. */
export const STEPS: Record<Move['method'], StepDefinition[]> = {
  recreate: [cordonStep, drainStep, detachStep, swapStep, announceStep, reownStep, settleStep, ...CARE, finishStep],
  patch: [fillStep, ...CARE],
  reset: [
    cordonStep,
    drainStep,
    detachStep,
    swapStep,
    announceStep,
    allocateStep,
    reownStep,
    settleStep,
    ...CARE,
    finishStep,
  ],
  create: [postStep, reownStep, settleStep, ...CARE, finishStep],
};

/** What is told of a move. */
export type MoveState = Pick<OperationRecord, 'node' | 'from' | 'to' | 'step'>;

/**
 * How a move ended. `refused`: nothing was written; `held`: nothing was written now, it is left to do; `undone`: the old Node is there as it was; `interrupted`: something is
 * left to do, the record says from where.
 */
export type Outcome =
  | { state: 'finished'; record: OperationRecord }
  | { state: 'refused' | 'held' | 'undone' | 'interrupted'; record: MoveState; error: Error };

/**
 * Runs the steps that the record has not reached yet. Never throws for what a server or a disk does: that is an outcome. Throws
 * Left when the operator left before anything was written.
 */
export async function runMove(steps: StepDefinition[], first: OperationRecord, work: Work): Promise<Outcome> {
  let record = first;
  for (const step of steps) {
    if (step.isDone(record) || step.isLeftOut?.(work.choices)) continue;
    work.progress({ kind: 'step', node: record.node, step: step.name });
    try {
      record = await store(await step.run(record, work), step, work);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return giveUp(steps, record, error, work);
    } finally {
      work.leaving.open();
    }
  }
  const done = record.step === 'finished' ? record : await store(record, { name: 'finished' }, work);
  return ended(done);
}

/** How a move ended whose record is finished: one that came back with its former subnet was not moved. */
export function ended(record: OperationRecord): Outcome {
  const { method, from, to, wished, body } = record;
  if (method !== 'recreate' || to.join(',') !== from.join(',')) return { state: 'finished', record };
  const asked = podCIDRsOf(body).join(',');
  const taken = wished ? 'the subnet that was asked for was taken' : 'its new subnet was taken, and no other was free,';
  const why = asked === from.join(',') ? `${taken} while it was absent` : `the server refuses it with ${asked}`;
  return { state: 'undone', record, error: new Failure(why) };
}

/**
 * Before the swap a record that cannot be stored stops the move. Once the Node is back nothing is at stake but the record
 * itself: the move goes on, and the operator is told.
 */
async function store(
  record: OperationRecord,
  { name, stored }: Pick<StepDefinition, 'name' | 'stored'>,
  work: Work,
): Promise<OperationRecord> {
  const next = { ...record, step: name };
  if (stored === false) return next;
  try {
    return await work.journal.save(record, name);
  } catch (error) {
    if (!(error instanceof Error) || !reached(next, 'posted') || work.lock.lost || work.leaving.left) throw error;
    work.tell(`Warning: the journal of node ${record.node} could not be written: ${error.message}`);
    return next;
  }
}

/** Takes back what was done while the old Node is still there; otherwise leaves everything for a later run. */
async function giveUp(steps: StepDefinition[], record: OperationRecord, error: Error, work: Work): Promise<Outcome> {
  if (!work.journal.has(record)) {
    if (error instanceof Left) throw error;
    return { state: 'refused', record, error };
  }
  if (error instanceof Left) return interrupted(work.journal.last(record), error, work);
  // After a first swap the Node is no longer what it was, though a second one has not taken place.
  if (reached(record, 'posted') || record.firstSwap) return interrupted(record, error, work);
  work.progress({ kind: 'step', node: record.node, step: 'undone' });
  try {
    if (record.method === 'create') {
      // Whoever restored it meanwhile has done what was to be done.
      await getNode(work.wire, record.node);
      return { state: 'undone', record: await work.journal.save(record, 'undone'), error };
    }
    // Seen, not believed: only while the old Node is there can anything be taken back.
    const lost = await lostTrack(record, work);
    if (lost) return interrupted(record, reached(work.journal.last(record), 'swapping') ? error : lost, work);
    return { state: 'undone', record: await undoMove(steps, work.journal.last(record), work), error };
  } catch {
    return interrupted(record, error, work);
  }
}

/**
 * Takes back what the steps did, the last first: what the last one stored before it failed says more than what the runner holds.
 * For a Node that was not deleted. Throws Failure, ApiError, WireError.
 */
export async function undoMove(steps: StepDefinition[], record: OperationRecord, work: Work): Promise<OperationRecord> {
  for (const step of steps.toReversed()) await step.undo?.(record, work);
  return work.journal.save(record, 'undone');
}

/** What is left to the operator is said with the failure, whatever it was. */
function interrupted(record: OperationRecord, error: Error, work: Work): Outcome {
  const hint = reached(record, 'posted')
    ? `the Node is there; finish it with: kubectl podcidr resume ${record.operation}`
    : `finish it with: kubectl podcidr resume ${record.operation}; should the Node be absent, this brings it back too: ${work.journal.recovery(record)}`;
  const told =
    error instanceof Failure && error.hint !== undefined ? error : new Failure(error.message, { hint, cause: error });
  return { state: 'interrupted', record, error: told };
}
