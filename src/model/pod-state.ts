/** One container of a pod, or one init container, as its kubelet reports it. */
export interface ContainerState {
  name: string;
  ready: boolean;
  restarts: number;
  /** Reason and message of the waiting state; undefined while it does not wait. */
  waiting: { reason: string; message: string } | undefined;
  /** True while it runs. */
  running: boolean;
  /** How its present or last life ended; undefined when none has. */
  ended: { code: number; reason: string } | undefined;
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

/**
 * The container that keeps the pod from its work: it waits after a failure, has ended with one, or runs again after one and is
 * not ready. Undefined when there is none.
 */
export function failingContainer(pod: WatchedPod): ContainerState | undefined {
  return pod.containers.find(isFailing);
}

export function isFailing({ ready, waiting, running, ended }: ContainerState): boolean {
  if (waiting !== undefined) return !STARTING.includes(waiting.reason);
  const failed = ended !== undefined && ended.code !== 0;
  return failed && (!running || !ready);
}
