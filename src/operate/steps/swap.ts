import { FIELD_MANAGER, getNode, patchNode } from '../../kube/objects/node.ts';
import { limited } from '../../kube/wire/limited.ts';
import { EXIT, Failure } from '../../model/failure.ts';
import type { JsonObject, RawObject } from '../../model/json.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asList, asObject } from '../../model/read-json.ts';
import { OPERATION_ANNOTATION, postBody } from '../../plan/body.ts';
import { isFree, retarget } from '../../plan/retarget.ts';
import { findSurvivors, withFormer } from '../../plan/survivors.ts';
import { pauseAfter, persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';
import { detachAll, detachStep } from './detach.ts';
import { createNode } from './swap/create.ts';
import { deleteNode, settleDeletion } from './swap/delete.ts';
import { checkUnchanged } from './swap/guard.ts';
import { lastLook } from './swap/last-look.ts';
import { posted } from './swap/posted.ts';

/** Writers of a busy Node come every few seconds; whoever wins this often writes without end. */
const MOST_TRIES = 20;

/** A server that fails at the DELETE this often in a row, and takes other writes of the Node, means it. */
const MOST_STUMBLES = 3;

/** Deletes the Node and posts it with its new subnet, at once, on the same connection. */
export const swapStep: StepDefinition = {
  name: 'posted',
  isDone: (record) => reached(record, 'posted'),
  async run(record, unlimited) {
    const work = { ...unlimited, wire: limited(unlimited.wire, unlimited.waits.answer) };
    if (record.step === 'swapping') return goOn(record, work);
    await lastLook(record, work);
    let stumbles = 0;
    for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
      // Agents may have owned their objects again while the Node kept changing.
      if (attempt > 1) await detachAll(record, work);
      const ready = await prepare(record, work);
      const text = JSON.stringify(ready.body);
      const start = { monotonic: work.clock.monotonic(), now: work.clock.now() };
      const outcome = await deleteNode(ready, work);
      if (outcome === 'vanished') throw vanished(ready, work);
      if (typeof outcome !== 'string') {
        stumbles += 1;
        if (stumbles === MOST_STUMBLES) throw outcome;
        await pauseAfter(outcome, work);
        continue;
      }
      stumbles = 0;
      const created = outcome === 'absent' ? await createNode(ready, { text, start }, work) : undefined;
      if (created) return posted(ready, created, start, work);
    }
    throw await busy(record, work);
  },
  async undo(record, work) {
    // Written before it is taken away, so that the resourceVersion moves: a DELETE that is still on the way is refused then.
    for (const value of [record.operation, null]) {
      const annotations = { [OPERATION_ANNOTATION]: value };
      await persist(work, () => patchNode(work.wire, record.node, { metadata: { uid: record.uid, annotations } }));
    }
  },
};

/**
 * An earlier run was interrupted somewhere between its last look at the Node and the answer to its POST. What became of the
 * DELETE is found out first. If the Node is still there, what it owns by now is looked for again.
 */
async function goOn(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const outcome = await settleDeletion(record, work);
  if (outcome === 'absent') {
    const now = Date.parse(record.at);
    const start = { now, monotonic: work.clock.monotonic() - (work.clock.now() - now) };
    const ready = await stillFree(record, work);
    const created = await createNode(ready, { text: JSON.stringify(ready.body), start }, work);
    if (created) return posted(ready, created, start, work);
  }
  const again = await detachStep.run({ ...record, attempt: record.attempt + 1, step: 'planned' }, work);
  return swapStep.run({ ...again, step: 'detached' }, work);
}

/**
 * While the Node was absent somebody may have taken the subnet that it was to have: then it gets another free one, or, where the
 * operator had named it, the one that it had. Nothing that fails here keeps the Node away.
 */
async function stillFree(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const nodes = await work.watch.subnets().catch(() => undefined);
  if (!nodes || work.choices.allowConflict) return record;
  const free = retarget({ ...record, reserved: work.reserved }, work.ground, nodes);
  if (free?.join(',') === record.to.join(',')) return record;
  const to = (record.wished ? asBefore(record, nodes, work) : free) ?? record.from;
  work.tell(`${record.to.join(',')} was taken by another node meanwhile; node/${record.node} gets ${to.join(',')}`);
  const body = postBody(record.raw, { from: record.from, to, operation: record.operation });
  return work.journal.save({ ...record, to, body }, 'swapping').catch((error: Error) => {
    work.tell(`Warning: ${error.message}`);
    return { ...record, to, body };
  });
}

/**
 * The subnets that the Node had, as long as nobody but those who shared them holds them now; what somebody else took is replaced
 * by a free one. Undefined when none is free.
 */
function asBefore(
  { node, from, to, survivors }: OperationRecord,
  nodes: ReadonlyMap<string, string[]>,
  { ground, reserved }: Work,
): string[] | undefined {
  const kept = from.filter((text) => to.includes(text));
  const givenUp = from.filter((text) => !to.includes(text));
  const others = [...nodes].filter(([name]) => !survivors.some((survivor) => survivor.node === name));
  return isFree(node, givenUp, new Map(others))
    ? from
    : retarget({ node, from: kept, to: from, reserved }, ground, nodes);
}

/** Reads the Node by quorum, checks it against the plan, builds the body and stores both: the last thing before the DELETE. */
async function prepare(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const raw = await getNode(work.wire, record.node);
  checkUnchanged(raw, record);
  const nodes = await work.watch.subnets();
  const to = work.choices.allowConflict
    ? record.to
    : retarget({ ...record, reserved: work.reserved }, work.ground, nodes);
  const taken = to?.join(',') !== record.to.join(',');
  if (!to || (taken && record.wished)) {
    throw new Failure(`${record.to.join(',')} was taken by another node meanwhile`, {
      hint: to ? `${to.join(',')} is free` : 'no other subnet is free',
    });
  }
  if (taken)
    work.tell(`${record.to.join(',')} was taken by another node meanwhile; node/${record.node} gets ${to.join(',')}`);
  const found = findSurvivors({ ...record, to }, await work.watch.nodes(), work.ground.pools);
  const survivors = withFormer(record.survivors, found);
  const body = postBody(raw, { from: record.from, to, operation: record.operation });
  const resourceVersion = String(asObject(raw.metadata).resourceVersion);
  return persist(work, () => work.journal.save({ ...record, to, raw, body, resourceVersion, survivors }, 'swapping'));
}

/**
 * The DELETE met no Node, though it was there a moment ago: somebody else deleted it, or a proxy on the way sent our DELETE
 * twice. It cannot be told which, so the operator decides. What it owned stays detached: that harms nothing.
 */
function vanished(record: OperationRecord, work: Work): Failure {
  return new Failure(`node ${record.node} was gone when it was to be deleted: somebody else deleted it just now`, {
    hint: `if it should live, bring it back with: ${work.journal.recovery(record)}`,
    exitCode: EXIT.unfinished,
  });
}

async function busy(record: OperationRecord, work: Work): Promise<Failure> {
  const node: RawObject = await getNode(work.wire, record.node);
  const entries = asList(asObject(node.metadata).managedFields).map(asObject);
  // We have written too, when a DELETE was settled.
  const writers = lastWriters(entries.filter(({ manager }) => manager !== FIELD_MANAGER));
  const name = writers.length > 0 ? `, last by ${writers.join(' and ')}` : '';
  return new Failure(`node ${record.node} changed ${MOST_TRIES} times just before it could be deleted${name}`, {
    hint: 'stop that writer for a moment and try again',
  });
}

/** Managers of the newest writes. managedFields know whole seconds only: who wrote in the same few cannot be told apart. */
function lastWriters(entries: JsonObject[]): string[] {
  const at = ({ time }: JsonObject) => Date.parse(String(time)) || 0;
  const newest = Math.max(0, ...entries.map(at));
  return [...new Set(entries.filter((entry) => newest - at(entry) <= 5_000).map(({ manager }) => String(manager)))];
}
