import { daemonSetProblem } from '../../kube/objects/daemon-set.ts';
import { listNodePods } from '../../kube/objects/pods.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { DrainOptions } from '../../model/drain.ts';
import { daemonSetOf, podName, readDrainPod } from '../../plan/drain/pod.ts';
import { type DaemonSetProblem, type DrainVerdict, drainVerdict } from '../../plan/drain/verdict.ts';

/**
 * Reads the pods of a node, looks for the DaemonSets that they name as kubectl does (filters.go:daemonSetFilter), each once,
 * and judges them. Throws ApiError, WireError, Failure.
 * @param now milliseconds since the epoch
 */
export async function readDrainVerdict(
  wire: Wire,
  node: string,
  options: DrainOptions,
  now: number,
): Promise<DrainVerdict> {
  const pods = (await listNodePods(wire, node, options.podSelector)).map(readDrainPod);
  const named = new Map(
    pods
      .filter(({ hostNetwork, finished }) => !hostNetwork && !finished)
      .flatMap((pod) => daemonSetOf(pod) ?? [])
      .map((daemonSet) => [podName(daemonSet), daemonSet]),
  );
  const daemonSets = new Map<string, DaemonSetProblem>();
  await Promise.all(
    [...named].map(async ([key, { namespace, name }]) => {
      const problem = await daemonSetProblem(wire, namespace, name);
      if (problem) daemonSets.set(key, problem);
    }),
  );
  return drainVerdict(pods, options, { now, daemonSets });
}
