import type { DrainOptions } from '../../model/drain.ts';
import { type DrainPod, daemonSetOf, isLongDeleted, podName } from './pod.ts';

/** Why the DaemonSet of a pod could not be read, in the server's words. */
export interface DaemonSetProblem {
  notFound: boolean;
  message: string;
}

/** What is known beside the pods. */
export interface DrainSight {
  /** Milliseconds since the epoch. */
  now: number;
  /** DaemonSets that could not be read, by namespace/name. */
  daemonSets: ReadonlyMap<string, DaemonSetProblem>;
}

/** What a drain does with the pods of one node that are on the pod network. */
export interface DrainVerdict {
  evict: DrainPod[];
  /** Why the node cannot be drained, in kubectl drain's words; undefined when it can. */
  refusal: string | undefined;
  /** In kubectl drain's words, one kind a line. */
  warnings: string[];
  /** Pods that DaemonSets manage: they stay, because they would come back at once. */
  daemonPods: DrainPod[];
  /** Only a restart on the host renews these: the API server's copy is a mirror. */
  staticPods: DrainPod[];
}

/** kubectl pkg/drain/filters.go, byte for byte. */
const DAEMON_SET = 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)';
const DAEMON_SET_WARNING = 'ignoring DaemonSet-managed Pods';
const LOCAL_STORAGE = 'Pods with local storage (use --delete-emptydir-data to override)';
const LOCAL_STORAGE_WARNING = 'deleting Pods with local storage';
const UNMANAGED = 'Pods that declare no controller (use --force to override)';
const UNMANAGED_WARNING = 'deleting Pods that declare no controller';

/** Pods that are evicted so that their controllers create them elsewhere. */
export function replaced({ evict }: DrainVerdict): DrainPod[] {
  return evict.filter(({ controller, finished }) => controller !== undefined && !finished);
}

/** What becomes of one pod, and what is said of it. `skip`: neither touched nor mentioned. */
interface Judgement {
  fate: 'evict' | 'daemon' | 'static' | 'skip' | 'refuse';
  message?: string;
  warnings: string[];
}

/**
 * Judges the pods of a node as kubectl drain does (filters.go:makeFilters), with one difference: pods on the host network stay,
 * whatever they are, because their address does not change. Unlike there, no warning hides another.
 */
export function drainVerdict(pods: DrainPod[], options: DrainOptions, sight: DrainSight): DrainVerdict {
  const judged = pods.map((pod) => ({ pod, ...judge(pod, options, sight) }));
  const fated = (fate: Judgement['fate']) => judged.filter((one) => one.fate === fate).map(({ pod }) => pod);
  const refused = byMessage(judged.flatMap(({ pod, message }) => (message === undefined ? [] : [{ message, pod }])));
  const warned = byMessage(judged.flatMap(({ pod, warnings }) => warnings.map((message) => ({ message, pod }))));
  return {
    evict: fated('evict'),
    refusal: refused.length === 0 ? undefined : refused.map((text) => `cannot delete ${text}`).join('; '),
    warnings: warned,
    daemonPods: fated('daemon'),
    staticPods: fated('static'),
  };
}

/** The filters in kubectl's order: the first that does not let the pod go decides. */
function judge(pod: DrainPod, options: DrainOptions, { now, daemonSets }: DrainSight): Judgement {
  const warnings: string[] = [];
  if (pod.hostNetwork || isLongDeleted(pod, options.skipWaitForDeleteTimeout, now)) return { fate: 'skip', warnings };
  const daemonSet = daemonSetOf(pod);
  if (daemonSet && !pod.finished) {
    const problem = daemonSets.get(podName(daemonSet));
    // A pod whose DaemonSet is gone is nobody's.
    const orphaned = problem?.notFound === true && options.force;
    if (problem && !orphaned) return { fate: 'refuse', message: problem.message, warnings };
    if (problem) warnings.push(problem.message);
    else if (!options.ignoreDaemonsets) return { fate: 'refuse', message: DAEMON_SET, warnings };
    else return { fate: 'daemon', warnings: [DAEMON_SET_WARNING] };
  }
  if (pod.mirror) return { fate: 'static', warnings };
  if (pod.emptyDir && !pod.finished) {
    if (!options.deleteEmptydirData) return { fate: 'refuse', message: LOCAL_STORAGE, warnings };
    warnings.push(LOCAL_STORAGE_WARNING);
  }
  if (!pod.controller && !pod.finished) {
    if (!options.force) return { fate: 'refuse', message: UNMANAGED, warnings };
    warnings.push(UNMANAGED_WARNING);
  }
  return { fate: 'evict', warnings };
}

/** `message: ns/a, ns/b`, in the order in which each message first came. */
function byMessage(said: { message: string; pod: DrainPod }[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { message, pod } of said) groups.set(message, [...(groups.get(message) ?? []), podName(pod)]);
  return [...groups].map(([message, names]) => `${message}: ${names.join(', ')}`);
}
