import { listOwned } from '../../kube/owned.ts';
import { limited } from '../../kube/wire/limited.ts';
import { EXIT, Failure } from '../../model/failure.ts';
import { persist } from '../persist.ts';
import { reached, type StepDefinition } from '../work.ts';
import { joined } from './detach.ts';
import { createNode } from './swap/create.ts';
import { posted } from './swap/posted.ts';

/** Posts a Node that is absent, from a backup. What it owned and the garbage collector has not found yet is noted to be owned again. */
export const postStep: StepDefinition = {
  name: 'posted',
  isDone: (record) => reached(record, 'posted'),
  async run(record, unlimited) {
    const work = { ...unlimited, wire: limited(unlimited.wire, unlimited.waits.answer) };
    const { dependents } =
      record.uid === '' ? { dependents: [] } : await listOwned(work.wire, work.discovery, record.uid);
    const whole = { ...record, dependents: joined(record.dependents, dependents) };
    const ready = await persist(work, () => work.journal.save(whole, 'swapping'));
    // Absent for nobody knows how long: its heartbeats are old, and a server that refuses every form of it is believed at once.
    const start = { now: 0, monotonic: work.clock.monotonic() };
    const created = await createNode(ready, { text: JSON.stringify(ready.body), start }, work);
    if (created) return posted(ready, created, start, work);
    throw new Failure(`node ${record.node} is there as the backup has it`, { exitCode: EXIT.unfinished });
  },
};
