import { deletePod, evictionVersion, evictPod, findPod } from '../../kube/objects/eviction.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import { WireError } from '../../kube/wire/wire-error.ts';
import type { DrainOptions } from '../../model/drain.ts';
import { durationText } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { type DrainPod, isLongDeleted, podName, readDrainPod } from '../../plan/drain/pod.ts';
import { persist } from '../persist.ts';
import type { Work } from '../work.ts';

/** A pod that did not go, and why. */
export interface LeftPod {
  pod: DrainPod;
  reason: string;
}

/** One drain of one node. */
interface Eviction {
  work: Work;
  options: DrainOptions;
  /** Of the Eviction; undefined: pods are deleted. */
  version: string | undefined;
  /** Of the monotonic clock. */
  end: number;
}

/**
 * Evicts the pods side by side and waits until they are gone, in kubectl drain's way and words (drain.go:evictPods), at most
 * `options.timeout` in all, and no longer than the operator wants. Returns the pods that are left.
 */
export async function evictPods(pods: DrainPod[], options: DrainOptions, work: Work): Promise<LeftPod[]> {
  if (pods.length === 0) return [];
  const end = work.clock.monotonic() + options.timeout;
  const version = options.disableEviction ? undefined : await persist(work, () => evictionVersion(work.wire));
  const eviction = { work, options, version, end };
  const reasons = await Promise.all(pods.map((pod) => evictOne(pod, eviction)));
  return pods.flatMap((pod, index) => {
    const reason = reasons[index];
    return reason === undefined ? [] : [{ pod, reason }];
  });
}

/** Returns why the pod did not go; undefined when it is gone. */
async function evictOne(pod: DrainPod, eviction: Eviction): Promise<string | undefined> {
  try {
    const refusal = await ask(pod, eviction);
    return refusal === 'gone' ? undefined : (refusal ?? (await waitUntilGone(pod, eviction)));
  } catch (error) {
    if (error instanceof ApiError || error instanceof WireError || error instanceof Failure) return error.message;
    throw error;
  }
}

/** Asks until the server agrees: undefined then; `gone`, or why it would not when the time was over. */
async function ask(pod: DrainPod, eviction: Eviction): Promise<string | undefined> {
  const { work, options, version } = eviction;
  for (;;) {
    if (version) work.tell(`evicting pod ${podName(pod)}`);
    const refusal = await persist(work, () => tryOnce(pod, version, options.gracePeriod, work));
    if (refusal === undefined || refusal === 'gone') return refusal;
    work.tell(
      `error when evicting pods/"${pod.name}" -n "${pod.namespace}" (will retry after ${durationText(work.waits.evictionRetry)}): ${refusal.message}`,
    );
    if (!(await pause(work.waits.evictionRetry, eviction))) return budgetWords(refusal);
  }
}

/** Returns the refusal when it may be another one later: a budget (429), or a namespace that is being deleted (403). */
async function tryOnce(
  pod: DrainPod,
  version: string | undefined,
  gracePeriod: number,
  { wire }: Work,
): Promise<undefined | 'gone' | ApiError> {
  try {
    if (version) await evictPod(wire, pod, version, gracePeriod);
    else await deletePod(wire, pod, gracePeriod);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return 'gone';
    if (error.status === 429) return error;
    const present = await findPod(wire, pod);
    if (!present) return 'gone';
    if (error.status === 409) return error;
    if (error.status !== 403 || !isTerminating(error)) throw error;
    return readDrainPod(present).deletedAt === undefined ? error : undefined;
  }
}

async function waitUntilGone(pod: DrainPod, eviction: Eviction): Promise<string | undefined> {
  const { work, options, version } = eviction;
  const { skipWaitForDeleteTimeout: skip } = options;
  for (;;) {
    const present = await persist(work, () => findPod(work.wire, pod));
    if (!present) {
      work.tell(`pod/${pod.name} ${version ? 'evicted' : 'deleted'}`);
      return undefined;
    }
    if (isLongDeleted(readDrainPod(present), skip, work.clock.now())) {
      work.tell(`pod "${pod.name}" has DeletionTimestamp older than ${skip} seconds, skipping`);
      return undefined;
    }
    if (!(await pause(work.waits.drainPoll, eviction))) return 'it is still terminating';
  }
}

/** Sleeps, in pieces; false as soon as the time is over or the operator wants to stop. */
async function pause(ms: number, { work, end }: Eviction): Promise<boolean> {
  const until = Math.min(work.clock.monotonic() + ms, end);
  while (!work.stopping() && work.clock.monotonic() < until) {
    await work.clock.sleep(Math.min(work.waits.poll, until - work.clock.monotonic()));
  }
  return !work.stopping() && work.clock.monotonic() < end;
}

/** eviction.go:checkAndDecrement names the budget in the causes alone. */
function budgetWords({ message, details }: ApiError): string {
  const causes = causesOf(details).flatMap((cause) => asText(cause.message) ?? []);
  return [message, ...causes].join(' ');
}

/** core/v1 NamespaceTerminatingCause: nothing can be created there, an Eviction neither. */
function isTerminating({ details }: ApiError): boolean {
  return causesOf(details).some(({ reason }) => reason === 'NamespaceTerminating');
}

function causesOf(details: JsonObject): JsonObject[] {
  return asList(details.causes).map(asObject);
}
