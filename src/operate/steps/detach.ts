import { listOwned } from '../../kube/owned.ts';
import { adopt, detach, touchDependent } from '../../kube/owner-references.ts';
import { Failure } from '../../model/failure.ts';
import type { Dependent, OperationRecord } from '../../model/operation.ts';
import { persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';

/**
 * Takes the Node's reference out of everything that it owns, because the garbage collector deletes by uid and a new Node has
 * a new one (garbagecollector.go:attemptToDeleteItem). The list is stored before the first reference is taken out.
 */
export const detachStep: StepDefinition = {
  name: 'detached',
  stored: false,
  isDone: (record) => reached(record, 'detached'),
  async run(record, work) {
    const nodes = await persist(work, () => work.watch.nodes());
    const { dependents, unlisted } = await listOwned(work.wire, work.discovery, record.uid, nodes);
    if (unlisted.length > 0 && !work.choices.ignoreUnlisted) {
      const [first, ...others] = unlisted;
      const more = others.length > 0 ? ` and ${others.length} more kinds` : '';
      throw new Failure(`what node ${record.node} owns cannot be told: ${first}${more}`, {
        hint: 'objects that it owns would be deleted with it; use --ignore-unlisted if there are none of these kinds',
      });
    }
    const all = { ...record, dependents: joined(record.dependents, dependents) };
    const stored = await persist(work, () => work.journal.save(all, record.step));
    await detachAll(stored, work);
    return stored;
  },
  async undo(record, work) {
    await adoptAll(record, work, record.uid);
    // What an earlier run sent may arrive yet.
    for (const dependent of record.dependents) await persist(work, () => touchDependent(work.wire, dependent));
  },
};

/** What an earlier run detached is no longer found, and must be owned again all the same. */
export function joined(former: Dependent[], found: Dependent[]): Dependent[] {
  const paths = new Set(found.map(({ path }) => path));
  return [...former.filter(({ path }) => !paths.has(path)), ...found];
}

/** Takes the Node's reference out of each dependent of the record; what is detached already stays so. */
export async function detachAll({ dependents }: OperationRecord, work: Work): Promise<void> {
  for (const dependent of dependents) await persist(work, () => detach(work.wire, dependent));
}

/** Gives every dependent the Node with this uid as its owner again, and says which are gone. */
export async function adoptAll(record: OperationRecord, work: Work, uid: string): Promise<void> {
  for (const dependent of record.dependents) {
    const there = await persist(work, () => adopt(work.wire, dependent, uid));
    if (!there) work.tell(`Warning: ${dependent.name}, which node ${record.node} owned, is gone`);
  }
}
