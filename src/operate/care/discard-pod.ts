import { deletePod, type PodIdentity } from '../../kube/objects/eviction.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import { persist } from '../persist.ts';
import type { Work } from '../work.ts';

/** Deletes this very pod; one that is gone, or whose name another one has by now, is deleted. Throws ApiError, WireError. */
export async function discardPod(pod: PodIdentity, gracePeriod: number, work: Work): Promise<void> {
  try {
    await persist(work, () => deletePod(work.wire, pod, gracePeriod));
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
  }
}
