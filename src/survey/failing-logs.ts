import { readPodLog } from '../kube/objects/pod-log.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { WireError } from '../kube/wire/wire-error.ts';
import type { RawObject } from '../model/json.ts';
import { isFailing, type PodLog } from '../model/pod-state.ts';
import { asObject, asText } from '../model/read-json.ts';
import { containersOf, writeLog } from './pod-state.ts';

/** The end of a log tells why the process ended. */
const LINES = 30;

/** Logs of at most so many pods are read: what hundreds of pods fail of, some of them tell. */
const MOST_PODS = 24;

/** Not started: there is no log, and the waiting state's message says it all. */
const WITHOUT_LOG = /Image|CreateContainer|InvalidImageName/;

/** The last lines of each failing container of these pods, as objects of a dump. Throws Failure. */
export async function failingLogs(wire: Wire, pods: RawObject[]): Promise<RawObject[]> {
  const failing = pods.flatMap((pod) => {
    const container = containersOf(pod).find((one) => isFailing(one));
    return container && !WITHOUT_LOG.test(container.waiting?.reason ?? '') ? [{ pod, container }] : [];
  });
  const logs = await Promise.all(
    spread(failing).map(({ pod, container }) => readOne(wire, pod, container.name, container.running)),
  );
  return logs.map(writeLog);
}

/** Some of them, far apart in the order of the pods. */
function spread<T>(items: T[]): T[] {
  const step = Math.max(1, items.length / MOST_PODS);
  return Array.from({ length: Math.min(items.length, MOST_PODS) }, (_, at) => items[Math.floor(at * step)] as T);
}

async function readOne(wire: Wire, { metadata }: RawObject, container: string, previous: boolean): Promise<PodLog> {
  const { namespace, name } = asObject(metadata);
  const whole = { namespace: asText(namespace) ?? '', pod: asText(name) ?? '' };
  const pod = `${whole.namespace}/${whole.pod}`;
  try {
    const lines = await readPodLog(wire, { ...whole, container, previous, lines: LINES });
    return { pod, container, lines, problem: undefined };
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof WireError)) throw error;
    return { pod, container, lines: [], problem: error.message };
  }
}
