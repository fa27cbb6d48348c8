import { listObjects } from '../kube/objects/list.ts';
import type { ClusterEvent } from '../model/cluster-facts.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText } from '../model/read-json.ts';
import { allInOrder } from './all-in-order.ts';
import type { Collection } from './collection.ts';
import { readTime } from './nodes.ts';

/** Events of the range allocator (range_allocator.go) and of kubelets (kuberuntime_manager.go: FailedCreatePodSandBox). */
const REASONS = ['CIDRNotAvailable', 'CIDRAssignmentFailed', 'FailedCreatePodSandBox'];

const PAGE = 500;

export const events: Collection = {
  what: 'events',
  any: 'events',
  told: ['Event'],
  holds: ({ kind, reason }) => kind === 'Event' && REASONS.includes(asText(reason) ?? ''),
  async read(wire) {
    const found = await allInOrder(
      REASONS.map((reason) =>
        listObjects(wire, {
          path: '/api/v1/events',
          fieldSelector: `reason=${reason}`,
          freshness: 'quorum',
          page: PAGE,
        }),
      ),
    );
    return found.flatMap(({ items }) => items);
  },
  keep(object) {
    const { kind, namespace, name } = asObject(object.involvedObject);
    const { reason, message, count, lastTimestamp, eventTime, series } = object;
    const metadata = asObject(object.metadata);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: metadata.name, namespace: metadata.namespace, creationTimestamp: metadata.creationTimestamp },
      involvedObject: { kind, namespace, name },
      reason,
      message,
      count,
      lastTimestamp,
      eventTime,
      ...(series === undefined ? {} : { series }),
    };
  },
};

/** Events in the old form and in that of events.k8s.io, which leaves count and lastTimestamp away. */
export function readEvent(object: RawObject): ClusterEvent {
  const { kind, namespace, name } = asObject(object.involvedObject);
  const series = asObject(object.series);
  const count = [series.count, object.count].find((one) => typeof one === 'number');
  return {
    reason: asText(object.reason) ?? '',
    kind: asText(kind) ?? '',
    namespace: asText(namespace) ?? '',
    name: asText(name) ?? '',
    message: asText(object.message) ?? '',
    count: count ?? 1,
    last:
      readTime(series.lastObservedTime) ??
      readTime(object.lastTimestamp) ??
      readTime(object.eventTime) ??
      readTime(asObject(object.metadata).creationTimestamp),
  };
}
