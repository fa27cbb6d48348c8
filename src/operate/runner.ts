import { getNode } from '../kube/objects/node.ts';
import { Failure } from '../model/failure.ts';
import type { OperationRecord } from '../model/operation.ts';
import type { Move } from '../model/plan.ts';
import { asObject } from '../model/read-json.ts';
import { detachStep } from './steps/detach.ts';
import { fillStep } from './steps/fill.ts';
import { finishStep } from './steps/finish.ts';
import { reownStep } from './steps/reown.ts';
import { settleStep } from './steps/settle.ts';
import { swapStep } from './steps/swap.ts';
import { reached, type StepDefinition, type Work } from './work.ts';

/** The steps of a move, in their order. */
export const STEPS: Record<Move['method'], StepDefinition[]> = {
  recreate: [detachStep, swapStep, reownStep, settleStep, finishStep],
  patch: [fillStep],
  reset: [],
  create: [],
};

/**
 * How a move ended. `refused`: nothing was written; `undone`: the old Node is there as it was; `interrupted`: something is
 * left to do, the record says from where.
 */
export type Outcome =
  | { state: 'finished'; record: OperationRecord }
  | { state: 'refused' | 'undone' | 'interrupted'; record: OperationRecord; error: Error };

/** Runs the steps that the record has not reached yet. Never throws for what a server or a disk does: that is an outcome. */
export async function runMove(steps: StepDefinition[], first: OperationRecord, work: Work): Promise<Outcome> {
  let record = first;
  const begun: StepDefinition[] = [];
  for (const step of steps) {
    if (step.isDone(record)) continue;
    begun.push(step);
    try {
      record = await store(await step.run(record, work), step, work);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return giveUp(begun, record, error, work);
    }
  }
  const done = record.step === 'finished' ? record : await store(record, { name: 'finished' }, work);
  return done.to.join(',') === done.from.join(',')
    ? { state: 'undone', record: done, error: new Failure('the server refuses it with another subnet') }
    : { state: 'finished', record: done };
}

/**
 * Before the swap a record that cannot be stored stops the move. Once the Node is back nothing is at stake but the record
 * itself: the move goes on, and the operator is told.
 */
async function store(
  record: OperationRecord,
  { name }: Pick<StepDefinition, 'name'>,
  work: Work,
): Promise<OperationRecord> {
  try {
    return await work.journal.save(record, name);
  } catch (error) {
    const next = { ...record, step: name };
    if (!(error instanceof Error) || !reached(next, 'posted')) throw error;
    work.tell(`Warning: the journal of node ${record.node} could not be written: ${error.message}`);
    return next;
  }
}

/** Takes back what was done while the old Node is still there; otherwise leaves everything for a later run. */
async function giveUp(begun: StepDefinition[], record: OperationRecord, error: Error, work: Work): Promise<Outcome> {
  if (!work.journal.has(record)) return { state: 'refused', record, error };
  if (reached(record, 'posted')) return interrupted(record, error, work);
  try {
    // Seen, not believed: only while the old Node is there can anything be taken back.
    const { uid } = asObject((await getNode(work.wire, record.node)).metadata);
    if (uid !== record.uid) return interrupted(record, error, work);
    // What the last step stored before it failed says more than what the runner holds.
    const latest = work.journal.last(record);
    for (const step of begun.toReversed()) await step.undo?.(latest, work);
    return { state: 'undone', record: await work.journal.save(latest, 'undone'), error };
  } catch {
    return interrupted(record, error, work);
  }
}

/** What is left to the operator is said with the failure, whatever it was. */
function interrupted(record: OperationRecord, error: Error, work: Work): Outcome {
  const hint = reached(record, 'posted')
    ? `the Node is there; what was left to do stands in ${work.journal.configMap(record)}`
    : `should the Node be absent, bring it back with: ${work.journal.recovery(record)}`;
  const told =
    error instanceof Failure && error.hint !== undefined ? error : new Failure(error.message, { hint, cause: error });
  return { state: 'interrupted', record, error: told };
}
