import type { RawObject } from '../model/json.ts';
import { asList, asObject } from '../model/read-json.ts';
import { readTime } from './nodes.ts';

/**
 * The newest timestamp of these objects in milliseconds since the epoch, 0 when there is none: a dump's "now".
 * Looks where the cluster's own writers put the time: creation, managedFields, conditions and their heartbeats, a pod's start,
 * a Lease's renewal, an Event's last time.
 */
export function newestTime(objects: RawObject[]): number {
  let newest = 0;
  for (const object of objects) {
    const metadata = asObject(object.metadata);
    const status = asObject(object.status);
    const spec = asObject(object.spec);
    const times = [
      metadata.creationTimestamp,
      status.startTime,
      spec.renewTime,
      object.lastTimestamp,
      object.eventTime,
      ...asList(metadata.managedFields).map((entry) => asObject(entry).time),
      ...asList(status.conditions).flatMap((entry) => {
        const condition = asObject(entry);
        return [condition.lastHeartbeatTime, condition.lastTransitionTime];
      }),
    ];
    for (const time of times) newest = Math.max(newest, readTime(time) ?? 0);
  }
  return newest;
}
