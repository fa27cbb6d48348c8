import type { Unlisted } from '../../kube/discovery.ts';
import { listOwned } from '../../kube/owned.ts';
import { adopt, detach, touchDependent } from '../../kube/owner-references.ts';
import { Failure } from '../../model/failure.ts';
import type { Dependent, OperationChoices, OperationRecord } from '../../model/operation.ts';
import { pauseOf, persist } from '../persist.ts';
import { kindsOf, whyUntold } from '../unlisted.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';

/**
 * Takes the Node's reference out of everything that it owns, because the garbage collector deletes by uid and a new Node has
 * a new one (garbagecollector.go:attemptToDeleteItem). The list is stored before the first reference is taken out. Throws Failure
 * when a kind cannot be listed, but for those that the operator was told of, and excused.
 */
export const detachStep: StepDefinition = {
  name: 'detached',
  stored: false,
  isDone: (record) => reached(record, 'detached'),
  async run(record, work) {
    const watched = await persist(work, () => work.watch.nodes());
    const search = { watched, pause: pauseOf(work) };
    const { dependents, unlisted } = await listOwned(work.wire, work.discovery, record.uid, search);
    const why = whyUntold(unlisted.filter((one) => !isExcused(one, work.choices)));
    if (why !== undefined) {
      throw new Failure(`what node ${record.node} owns cannot be told: ${why}`, {
        hint: 'objects that it owns would be deleted with it; use --ignore-unlisted if there are none of these kinds',
      });
    }
    if (unlisted.length > 0) {
      work.tell(`Warning: not searched for what node ${record.node} owns, as asked: ${kindsOf(unlisted)}`);
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

/** The operator knew of it when he said that the Nodes own nothing of the kind. */
function isExcused({ what }: Unlisted, { ignoreUnlisted, unlisted }: OperationChoices): boolean {
  if (!ignoreUnlisted) return false;
  return unlisted === undefined || unlisted.some((told) => what === told || what.startsWith(`${told} `));
}

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
