import type { Json, JsonObject, RawObject } from '../model/json.ts';
import type { ContainerState, Ended, PodLog, WatchedPod } from '../model/pod-state.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import { readTime, texts } from './nodes.ts';

const API_VERSION = 'kubectl-podcidr/v1';
const LOG = 'PodLog';

/** Reads what a pod's containers do, init containers first; `logs` are those of all pods. */
export function readWatchedPod(raw: RawObject, logs: PodLog[]): WatchedPod {
  const { namespace, name } = asObject(raw.metadata);
  const whole = `${asText(namespace) ?? ''}/${asText(name) ?? ''}`;
  return {
    name: whole,
    node: asText(asObject(raw.spec).nodeName) ?? '',
    containers: containersOf(raw),
    logs: logs.filter(({ pod }) => pod === whole),
  };
}

/** True for a pod of flannel or canal, by the labels of their manifests. */
export function isFlannelPod({ kind, metadata }: RawObject): boolean {
  const { app, 'k8s-app': k8sApp } = asObject(asObject(metadata).labels);
  return kind === 'Pod' && (app === 'flannel' || k8sApp === 'canal' || k8sApp === 'flannel');
}

/** Init containers first; one that has done its work is not told of: it waits for nothing. */
export function containersOf({ status }: RawObject): ContainerState[] {
  const { initContainerStatuses, containerStatuses } = asObject(status);
  const initial = asList(initContainerStatuses)
    .map(readContainer)
    .filter(({ ended }) => ended?.code !== 0);
  return [...initial, ...asList(containerStatuses).map(readContainer)];
}

function readContainer(value: Json): ContainerState {
  const { name, ready, restartCount, state, lastState } = asObject(value);
  const { waiting, running, terminated } = asObject(state);
  const ended = terminated ?? asObject(lastState).terminated;
  return {
    name: asText(name) ?? '',
    ready: ready === true,
    restarts: typeof restartCount === 'number' ? restartCount : 0,
    waiting:
      waiting === undefined || waiting === null
        ? undefined
        : { reason: asText(asObject(waiting).reason) ?? '', message: asText(asObject(waiting).message) ?? '' },
    running: running !== undefined && running !== null,
    since: readTime(asObject(running).startedAt),
    ended: ended === undefined || ended === null ? undefined : readEnd(asObject(ended)),
  };
}

function readEnd({ exitCode, reason, startedAt, finishedAt }: JsonObject): Ended {
  const [from, at] = [readTime(startedAt), readTime(finishedAt)];
  return {
    code: typeof exitCode === 'number' ? exitCode : 0,
    reason: asText(reason) ?? '',
    at,
    lived: from === undefined || at === undefined ? undefined : at - from,
  };
}

/** Of a pod's status, what is read here: for a dump. */
export function keepContainers(status: JsonObject): JsonObject {
  const keep = (name: string) => {
    const list = status[name];
    return Array.isArray(list) ? { [name]: list.map((item) => keepContainer(asObject(item))) } : {};
  };
  return { ...keep('initContainerStatuses'), ...keep('containerStatuses') };
}

function keepContainer({ name, ready, restartCount, state, lastState }: JsonObject): JsonObject {
  return {
    name,
    ready,
    restartCount,
    state: keepState(asObject(state)),
    lastState: keepState(asObject(lastState)),
  };
}

function keepState({ waiting, running, terminated }: JsonObject): JsonObject {
  const { reason, message } = asObject(waiting);
  const { exitCode, reason: ending, startedAt, finishedAt } = asObject(terminated);
  return {
    ...(waiting ? { waiting: { reason, message } } : {}),
    ...(running ? { running: { startedAt: asObject(running).startedAt } } : {}),
    ...(terminated ? { terminated: { exitCode, reason: ending, startedAt, finishedAt } } : {}),
  };
}

/** A log as an object of a dump: Kubernetes has none. */
export function writeLog({ pod, container, lines, problem }: PodLog): RawObject {
  const [namespace, name] = pod.split('/');
  return {
    apiVersion: API_VERSION,
    kind: LOG,
    metadata: { namespace, name },
    container,
    lines,
    ...(problem === undefined ? {} : { problem }),
  };
}

export function isLog({ apiVersion, kind }: RawObject): boolean {
  return apiVersion === API_VERSION && kind === LOG;
}

export function readLog({ metadata, container, lines, problem }: RawObject): PodLog {
  const { namespace, name } = asObject(metadata);
  return {
    pod: `${asText(namespace) ?? ''}/${asText(name) ?? ''}`,
    container: asText(container) ?? '',
    lines: texts(lines),
    problem: asText(problem),
  };
}
