import { listObjects } from '../../kube/objects/list.ts';
import { ownPods } from '../../kube/objects/ours.ts';
import { removePod } from '../../kube/objects/pod.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { RawObject } from '../../model/json.ts';
import { asObject, asText, asTexts } from '../../model/read-json.ts';
import { Left } from '../leaving.ts';
import { BY, PID, PROBE_SECONDS } from './probe-pod.ts';

/** This process, as far as probes of earlier ones are told from those that are in use. */
export interface Self {
  /** user@host. */
  by: string;
  /** True when a process of this number runs on this machine. */
  runs(pid: number): boolean;
}

/** Beyond its deadline a probe is nobody's; clocks may differ by this much, in milliseconds. */
const SLACK = 60_000;

/**
 * True for a probe that nobody uses any more: it has ended, its deadline has passed, or the process that made it is gone from this
 * machine. `now`: milliseconds since the epoch, by the server's clock.
 */
export function isLeftOver(pod: RawObject, self: Self, now: number): boolean {
  const { annotations, creationTimestamp } = asObject(pod.metadata);
  const phase = asText(asObject(pod.status).phase);
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  const created = Date.parse(asText(creationTimestamp) ?? '') || 0;
  if (now - created > PROBE_SECONDS * 1000 + SLACK) return true;
  const { [BY]: by, [PID]: pid } = asTexts(annotations);
  return by === self.by && !self.runs(Number(pid));
}

/**
 * Removes probes that an earlier run left behind, as one that was killed does. Returns what could not be done, a line each.
 * Throws Left.
 */
export async function removeLeftOvers(wire: Wire, self: Self, now: number): Promise<string[]> {
  const complaints: string[] = [];
  try {
    const { items, date } = await listObjects(wire, {
      path: '/api/v1/pods',
      labelSelector: ownPods('probe'),
      freshness: 'quorum',
    });
    for (const item of items.filter((pod) => isLeftOver(pod, self, date ?? now))) {
      const { namespace, name } = asObject(item.metadata);
      const pod = { namespace: asText(namespace) ?? '', name: asText(name) ?? '' };
      await removePod(wire, pod).catch((error: Error) => {
        complaints.push(`the probe ${pod.namespace}/${pod.name} of an earlier run was not removed: ${error.message}`);
      });
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    complaints.push(`probes of earlier runs were not looked for: ${error.message}`);
  }
  return complaints;
}
