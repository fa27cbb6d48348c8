import { listOwned } from '../../kube/owned.ts';
import { limited } from '../../kube/wire/limited.ts';
import { EXIT, Failure } from '../../model/failure.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { postBody } from '../../plan/body.ts';
import { retarget } from '../../plan/retarget.ts';
import { pauseOf, persist } from '../persist.ts';
import { kindsOf } from '../unlisted.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';
import { joined } from './detach.ts';
import { createNode } from './swap/create.ts';
import { posted } from './swap/posted.ts';

/**
 * Posts a Node that is absent, from a backup, with a subnet that nobody holds now. What it owned and the garbage collector has not
 * found yet is noted to be owned again.
 */
export const postStep: StepDefinition = {
  name: 'posted',
  isDone: (record) => reached(record, 'posted'),
  async run(record, unlimited) {
    const work = { ...unlimited, wire: limited(unlimited.wire, unlimited.waits.answer) };
    const search = { pause: pauseOf(work) };
    const { dependents, unlisted } =
      record.uid === ''
        ? { dependents: [], unlisted: [] }
        : await listOwned(work.wire, work.discovery, record.uid, search);
    if (unlisted.length > 0) {
      work.tell(`Warning: not searched for what node ${record.node} owned: ${kindsOf(unlisted)}`);
    }
    const free = await withFreeSubnet(record, work);
    const whole = { ...free, dependents: joined(record.dependents, dependents) };
    const ready = await persist(work, () => work.journal.save(whole, 'swapping'));
    // Absent for nobody knows how long: its heartbeats are old, and a server that refuses every form of it is believed at once.
    const start = { now: 0, monotonic: work.clock.monotonic() };
    const created = await createNode(ready, { text: JSON.stringify(ready.body), start }, work);
    if (created) return posted(ready, created, start, work);
    throw new Failure(`node ${record.node} is there as the backup has it`, { exitCode: EXIT.unfinished });
  },
};

/**
 * Since the plan was made, or an earlier run was interrupted, somebody may have been given the subnet: a Node that is lost holds
 * none. It gets another free one. Once it is there, posted by that earlier run, it keeps what it has; so it does when the nodes
 * cannot be read. Throws Failure (exit 3) when no other is free, or the operator had named the subnet: nothing was posted.
 */
async function withFreeSubnet(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const { node, to, from, operation } = record;
  const nodes = await work.watch.subnets().catch(() => undefined);
  if (!nodes || nodes.has(node) || work.choices.allowConflict) return record;
  const free = retarget({ node, from: [], to, reserved: work.reserved }, work.ground, nodes);
  if (free?.join(',') === to.join(',')) return record;
  const taken = `${to.join(',')} was taken by another node meanwhile`;
  if (!free || record.wished) {
    const room = free ? `${free.join(',')} is free` : 'no other subnet is free';
    throw new Failure(taken, {
      hint: `${room}; to choose again: kubectl podcidr rollback ${operation}, then restore it once more`,
      exitCode: EXIT.unfinished,
    });
  }
  work.tell(`${taken}; node/${node} gets ${free.join(',')}`);
  return { ...record, to: free, body: postBody(record.raw, { from, to: free, operation }) };
}
