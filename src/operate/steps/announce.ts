import { rewritten } from '../../cni/announcement.ts';
import { type Replacement, replaceAnnotations } from '../../kube/objects/annotate.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { OperationRecord, Survivor } from '../../model/operation.ts';
import { announcing } from '../../plan/survivors.ts';
import { persist } from '../persist.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';

/** Survivors that are written to at a time: a whole /16 given up may have hundreds. */
const AT_ONCE = 20;

/** A survivor whose annotations change under our hands this often announces itself. */
const MOST_ROUNDS = 3;

/**
 * Rewrites the annotations of every node that keeps a subnet which this one gave up: flannel's peers learn its route again, and
 * kube-controller-manager from 1.31.4 on takes the subnet's bit back (range_allocator.go:syncNode occupies what any updated
 * Node holds). What flannel wrote meanwhile (it does when it starts) is stored and rewritten in its turn; two rewrites give
 * the first text again, so a second run after a crash does no harm.
 */
export const announceStep: StepDefinition = {
  name: 'announced',
  isDone: (record) => reached(record, 'announced'),
  // A second run finds what it wrote.
  stored: false,
  async run(record, work) {
    let latest = record;
    let open = record.survivors;
    for (let round = 1; open.length > 0 && round <= MOST_ROUNDS; round += 1) {
      if (round > 1) latest = await work.journal.save(latest, record.step).catch(toldAs(latest, work));
      const moved = (await each(open, (survivor) => announce(survivor, latest, work))).flat();
      const byName = new Map(moved.map((survivor) => [survivor.node, survivor]));
      latest = { ...latest, survivors: latest.survivors.map((one) => byName.get(one.node) ?? one) };
      open = moved;
    }
    return latest;
  },
};

/**
 * Gives each survivor its annotations back, where they still are what we wrote. Throws ApiError, WireError: what we wrote and cannot
 * take back is not finished.
 */
export async function withdrawAnnouncements(record: OperationRecord, work: Work): Promise<void> {
  await each(record.survivors, (survivor) =>
    persist(work, () =>
      replaceAnnotations(
        work.wire,
        survivor,
        announcements(survivor, record).map(({ key, from, to }) => ({ key, from: to ?? undefined, to: from ?? null })),
      ),
    ),
  );
}

/** What stands in the annotations while the survivor is announced, in place of what stood there before. */
function announcements({ annotations }: Survivor, { operation }: OperationRecord): Replacement[] {
  return Object.entries(annotations).map(([key, value]) =>
    value === null ? { key, from: undefined, to: operation } : { key, from: value, to: rewritten(value) },
  );
}

/** Returns the survivor as it is now when an annotation is no longer what was stored; nothing when all is done. */
async function announce(survivor: Survivor, record: OperationRecord, work: Work): Promise<Survivor[]> {
  const moved: Survivor[] = [];
  const gone = () => work.tell(`Warning: node ${survivor.node}, which kept the subnet, is gone or another one by now`);
  await told(survivor, work, async () => {
    const outcome = await replaceAnnotations(work.wire, survivor, announcements(survivor, record));
    if (outcome.state === 'gone') gone();
    if (outcome.state === 'differs') moved.push({ ...survivor, annotations: announcing(outcome.present) });
  });
  return moved;
}

/** What the server refuses for good (a webhook, a policy) is said: the move itself is done, and must not end here. */
async function told(survivor: Survivor, work: Work, deed: () => Promise<void>): Promise<void> {
  try {
    await persist(work, deed);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) throw error;
    work.tell(
      `Warning: node ${survivor.node}, which kept the subnet, could not be announced (${Object.keys(survivor.annotations).join(', ')}): ${error.message}`,
    );
  }
}

function toldAs(record: OperationRecord, work: Work) {
  return (error: Error) => {
    work.tell(`Warning: the journal of node ${record.node} could not be written: ${error.message}`);
    return record;
  };
}

/** Does it for all, some at a time. */
async function each<Value>(survivors: Survivor[], deed: (survivor: Survivor) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let first = 0; first < survivors.length; first += AT_ONCE) {
    values.push(...(await Promise.all(survivors.slice(first, first + AT_ONCE).map(deed))));
  }
  return values;
}
