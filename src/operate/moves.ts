import { findNode } from '../kube/objects/node.ts';
import { Failure } from '../model/failure.ts';
import type { RawObject } from '../model/json.ts';
import type { Dependent, OperationManifest, OperationRecord, PlannedMove } from '../model/operation.ts';
import { asObject } from '../model/read-json.ts';
import { postBody } from '../plan/body.ts';
import { readAbsences } from './absences.ts';
import { coolDown } from './cooldown.ts';
import { awaitHeartbeats } from './heartbeats.ts';
import { Left } from './leaving.ts';
import { persist } from './persist.ts';
import { type Outcome, runMove, STEPS } from './runner.ts';
import type { Session } from './session.ts';
import { checkUnchanged } from './steps/swap/guard.ts';
import { reached, type Work } from './work.ts';

/** One move to be carried out. */
export interface Todo {
  move: PlannedMove;
  /** How far it is; undefined when it is not begun. */
  record: OperationRecord | undefined;
  /** The Node as the plan was made with it; undefined: it is read, and must be what was planned. */
  raw: RawObject | undefined;
  /** How long the Node was absent in an earlier operation, where that was looked for. */
  absence?: OperationRecord['absence'];
  /** An earlier operation has left the Node cordoned. */
  leftCordoned?: boolean;
  /** What a lost Node owned, as its backup says. */
  dependents?: Dependent[] | undefined;
  /** Why its Node is not deleted in this run, though that is left to do. One that is absent comes back all the same. */
  held?: Failure | undefined;
}

/**
 * Carries out the moves one after another. A move that is refused before its first write is skipped; one that fails later stops
 * the operation, and so does the operator, and a node that is cut off with its new subnet: the next one might be too. Returns how each
 * ended; moves that were not begun are not in the list.
 */
export async function runMoves(session: Session, manifest: OperationManifest, todo: Todo[]): Promise<Outcome[]> {
  const { stopping, ended, progress, tell } = session.tools;
  const { choices } = manifest;
  const outcomes: Outcome[] = [];
  progress({ kind: 'moves', count: todo.length });
  try {
    for (const [index, one] of todo.entries()) {
      if (index > 0) await pause(choices.pauseBetween, session);
      if (stopping()) break;
      const reserved = todo.slice(index + 1).flatMap(({ move }) => move.to);
      const outcome = await runTodo(one, manifest, session, session.work(choices, reserved));
      if (!outcome) break;
      outcomes.push(outcome);
      ended(outcome);
      session.events.send(manifest, outcome);
      if (outcome.state === 'undone' || outcome.state === 'interrupted') break;
      if (isCutOff(outcome) && index < todo.length - 1) {
        tell(`Stopped at node ${one.move.node}: the CNI on the next one might not work with a new subnet either`);
        break;
      }
    }
    await awaitHeartbeats(session.work(choices, []));
  } catch (error) {
    if (!(error instanceof Left)) throw error;
  }
  return outcomes;
}

function isCutOff(outcome: Outcome): boolean {
  return outcome.state === 'finished' && outcome.record.care?.fails === true;
}

/** True once something of the move may have been written, and was not taken back. */
export function isBegun({ record }: Pick<Todo, 'record'>): boolean {
  return record !== undefined && record.step !== 'undone';
}

/** Undefined when the operator wanted to stop before anything of the move was begun. */
async function runTodo(
  todo: Todo,
  manifest: OperationManifest,
  session: Session,
  work: Work,
): Promise<Outcome | undefined> {
  const { move, record, raw, absence } = todo;
  if (todo.held && (await isThere(todo, work))) {
    return { state: 'held', record: record ?? { ...move, step: 'planned' }, error: todo.held };
  }
  if (record && isBegun(todo)) {
    session.journal.know(record);
    return runMove(STEPS[record.method], record, work);
  }
  const attempt = (record?.attempt ?? 0) + 1;
  try {
    const known = raw ?? (move.method === 'create' ? lostNode(todo) : undefined);
    const node = known ?? (await persist(work, () => findNode(work.wire, move.node)));
    if (!node) return { state: 'held', record: { ...move, step: 'planned' }, error: absentNode(move.node, manifest) };
    const first = firstRecord(manifest, todo, { raw: node, attempt }, session);
    if (known === undefined) checkUnchanged(node, first);
    const former = absence ?? (known === undefined ? await formerAbsence(node, manifest, work) : undefined);
    if (!(await coolDown(move.node, former, manifest.choices.cooldown, session.tools))) return undefined;
    return await runMove(STEPS[move.method], first, work);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    return { state: 'refused', record: { ...move, step: 'planned' }, error };
  }
}

/** Who interrupted the operation may have done so because the Node was not to be deleted yet. */
function formerAbsence(
  node: RawObject,
  { choices }: OperationManifest,
  work: Work,
): Promise<OperationRecord['absence']> {
  const since = work.clock.now() - choices.cooldown;
  const name = String(asObject(node.metadata).name);
  return persist(work, async () => (await readAbsences(work.wire, [node], since)).get(name));
}

/** False once the Node was deleted by this move: then nothing speaks against bringing it back. */
async function isThere({ record }: Todo, work: Work): Promise<boolean> {
  if (!record || record.step === 'undone' || !reached(record, 'swapping')) return true;
  if (reached(record, 'posted')) return false;
  const node = await persist(work, () => findNode(work.wire, record.node));
  return node !== undefined && asObject(node.metadata).uid === record.uid;
}

/** Nothing is finished while a Node of it is missing: nobody can tell whether that one is meant to be gone. */
function absentNode(name: string, { operation }: OperationManifest): Failure {
  return new Failure(`it is absent, and the journal does not say that operation ${operation} had begun it`, {
    hint: `if node ${name} should live, bring it back from a backup; if not, forget the operation: kubectl podcidr operations prune ${operation}`,
  });
}

/** A Node that is lost stands in the journal alone. Throws Failure when it was not stored before the end. */
function lostNode({ move, record }: Todo): RawObject {
  if (record) return record.raw;
  throw new Failure(`node ${move.node} was not stored before the operation was interrupted`, {
    hint: 'restore it once more: kubectl podcidr restore -f FILE',
  });
}

type FirstTodo = Pick<Todo, 'move' | 'dependents' | 'leftCordoned'>;

/** The record of a move that is not begun. `raw`: the Node as it is now. */
export function firstRecord(
  { operation, clusterUID }: OperationManifest,
  { move: { node, uid, method, wished, from, to }, dependents = [], leftCordoned }: FirstTodo,
  { raw, attempt }: { raw: RawObject; attempt: number },
  { tools: { tool, clock } }: Pick<Session, 'tools'>,
): OperationRecord {
  return {
    schema: 1,
    tool,
    clusterUID,
    operation,
    node,
    uid,
    method,
    wished,
    attempt,
    from,
    to,
    ...(leftCordoned ? { leftCordoned } : {}),
    raw,
    body: postBody(raw, { from, to, operation }),
    resourceVersion: String(asObject(raw.metadata).resourceVersion),
    dependents,
    survivors: [],
    step: 'planned',
    at: new Date(clock.now()).toISOString(),
  };
}

/** Ends early when the operator wants to stop. */
async function pause(ms: number, { tools: { clock, waits, stopping, progress } }: Session): Promise<void> {
  if (ms > 0) progress({ kind: 'wait', wait: 'pause' });
  const end = clock.monotonic() + ms;
  while (clock.monotonic() < end && !stopping()) {
    await clock.sleep(Math.min(waits.poll, Math.max(0, end - clock.monotonic())));
  }
}
