/** One container of a pod, or one init container, as its kubelet reports it. */
export interface ContainerState {
  name: string;
  ready: boolean;
  restarts: number;
  /** Reason and message of the waiting state; undefined while it does not wait. */
  waiting: { reason: string; message: string } | undefined;
  /** True while it runs. */
  running: boolean;
  /** When its present life began, milliseconds since the epoch; undefined while it does not run, or that is not told. */
  since?: number | undefined;
  /** How its present or last life ended; undefined when none has. */
  ended: Ended | undefined;
}

/** The end of a container's life. */
export interface Ended {
  /** Exit code. */
  code: number;
  reason: string;
  /** Milliseconds since the epoch; undefined when it is not told. */
  at: number | undefined;
  /** Milliseconds that it lived; undefined when it is not told. */
  lived: number | undefined;
}

/** The last lines of a container's log, or why they are not known. */
export interface PodLog {
  /** namespace/name. */
  pod: string;
  container: string;
  lines: string[];
  problem: string | undefined;
}

/** A pod whose containers are looked at, not only its addresses. */
export interface WatchedPod {
  /** namespace/name. */
  name: string;
  node: string;
  containers: ContainerState[];
  logs: PodLog[];
}

/** Waiting for these is how every pod begins. */
const STARTING = ['ContainerCreating', 'PodInitializing', ''];

/** A life this short, in milliseconds, is a failed start: who restarts a process that works ends a longer one. */
const SHORT_LIFE = 120_000;

/** After this long, in milliseconds, a failed start is over: kubelets wait at most 5 minutes before the next. */
const RECENT = 360_000;

/** A life that is longer than two of the failed ones, and this, in milliseconds, is none of them. */
const STAYS = 30_000;

/**
 * The container that keeps the pod from its work. `now`: milliseconds since the epoch. Undefined when there is none.
 */
export function failingContainer(pod: WatchedPod, now: number): ContainerState | undefined {
  return pod.containers.find((container) => isFailing(container, now));
}

/**
 * It waits after a failure, has ended with one, or runs again after a start that failed a moment ago: between two failures of a
 * loop a container runs, and where it has no readiness probe it is ready at once. Without `now` the moment does not matter.
 */
export function isFailing({ ready, waiting, running, since, ended }: ContainerState, now?: number): boolean {
  if (waiting !== undefined) return !STARTING.includes(waiting.reason);
  if (ended === undefined || ended.code === 0) return false;
  if (!running) return true;
  const lived = ended.lived ?? SHORT_LIFE;
  if (ready && now !== undefined && since !== undefined && now - since > 2 * lived + STAYS) return false;
  const isRecent = now === undefined || (ended.at !== undefined && now - ended.at < RECENT);
  return isRecent && (!ready || (ended.lived !== undefined && ended.lived < SHORT_LIFE));
}
