import { patchNode } from '../kube/objects/node.ts';
import type { JsonObject, RawObject } from '../model/json.ts';
import { asObject } from '../model/read-json.ts';
import { mayTryAgain, pauseAfter, persist } from './persist.ts';
import type { Work } from './work.ts';

/** Writers of a busy Node come every few seconds; whoever wins this often writes without end. */
const MOST_TRIES = 20;

/**
 * Reads a Node with `read` and merge-patches exactly that state of it (uid and resourceVersion are preconditions); reads it again when
 * it was written in between, or when the server stumbled. `edit` returns undefined when nothing is to be changed; what it
 * throws ends the edit. Returns the Node as it is then. Throws ApiError, WireError, Failure.
 */
export async function editNode(
  work: Work,
  read: () => Promise<RawObject>,
  edit: (node: RawObject) => JsonObject | undefined,
): Promise<RawObject> {
  for (let attempt = 1; ; attempt += 1) {
    const node = await persist(work, read);
    const patch = edit(node);
    if (!patch) return node;
    const { name, uid, resourceVersion } = asObject(node.metadata);
    const metadata = { ...asObject(patch.metadata), uid: uid ?? null, resourceVersion: resourceVersion ?? null };
    try {
      return await patchNode(work.wire, String(name), { ...patch, metadata });
    } catch (error) {
      // A heartbeat came in between, the server is busy, or the answer was lost: the look before the next try tells.
      if (!mayTryAgain(error) || attempt === MOST_TRIES) throw error;
      await pauseAfter(error, work);
    }
  }
}
