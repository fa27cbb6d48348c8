import { ANNOUNCING } from '../cni/announcement.ts';
import { type Discovery, discoverKinds } from '../kube/discovery.ts';
import { NodeWatch } from '../kube/node-watch.ts';
import type { Holder } from '../kube/objects/lock-lease.ts';
import { limited } from '../kube/wire/limited.ts';
import type { OperationChoices } from '../model/operation.ts';
import { NodeEvents } from './events.ts';
import { ClusterCopies } from './journal/cluster.ts';
import { Journal } from './journal/journal.ts';
import { type AcquiredLock, acquireLock } from './lock/acquire.ts';
import { fenced } from './lock/fenced.ts';
import type { Lock } from './lock/lock.ts';
import { pauseOf } from './persist.ts';
import type { Tools } from './tools.ts';
import type { Work } from './work.ts';

/** One process at work on the cluster: the lock, the journal, the watch. */
export interface Session {
  tools: Tools;
  lock: Lock;
  /** Whose lock had expired when it was taken over. */
  displaced: Holder | undefined;
  copies: ClusterCopies;
  journal: Journal;
  heartbeats: Work['heartbeats'];
  events: NodeEvents;
  /** What the steps of one move work with. */
  work(choices: OperationChoices, reserved: string[]): Work;
  /** Ends the watch, waits a moment for Events, and gives the lock back. */
  close(): Promise<void>;
}

/**
 * Takes the lock and opens the watch. `expected`: operations whose holder may have died a moment ago.
 * Throws Failure when another operator is at work, ApiError, WireError.
 */
export async function openSession(operation: string, expected: string[], given: Tools): Promise<Session> {
  const { waits, leaving } = given;
  const acquired: Promise<AcquiredLock> = leaving.race(() => acquireLock({ ...given, operation, expected }));
  const { lock, displaced } = await acquired;
  // The lock alone is kept, and given back, whoever has left.
  const tools = { ...given, wire: leaving.wire(given.wire), clock: leaving.clock(given.clock) };
  const { wire } = tools;
  const watch = new NodeWatch(wire, ANNOUNCING);
  const guarded = fenced(wire, lock);
  // What happens between DELETE and POST must not wait for a connection that died.
  const copies = new ClusterCopies(limited(guarded, waits.answer), lock.holder.identity, () => lock.confirm());
  const journal = new Journal(copies, tools);
  const heartbeats: Work['heartbeats'] = new Map();
  const events = new NodeEvents(given);
  const close = async () => {
    watch.close();
    await events.settle();
    const released = lock.release();
    // Who is in a hurry leaves it to expire.
    await (leaving.left ? Promise.race([released, given.clock.sleep(waits.parting)]) : released);
  };
  try {
    // Both before the first move: between detach and DELETE nothing is to be waited for.
    const [discovery] = await Promise.all([discoverKinds(wire, pauseOf(tools)), watch.subnets()]);
    const work = (choices: OperationChoices, reserved: string[]) =>
      workOf({ tools, lock, journal, watch, discovery, choices, reserved, heartbeats, wire: guarded });
    return { tools, lock, displaced, copies, journal, heartbeats, events, work, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Parts extends Pick<Work, 'lock' | 'journal' | 'watch' | 'choices' | 'reserved' | 'heartbeats' | 'wire'> {
  tools: Tools;
  discovery: Discovery;
}

function workOf({ tools: { clock, waits, ground, nonce, stopping, leaving, progress, tell }, ...parts }: Parts): Work {
  return { clock, waits, ground, nonce, stopping, leaving, progress, tell, ...parts };
}
