import type { RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import type { Wire } from '../wire/wire.ts';
import { getLease, type ReadLease, replaceLease } from './lease.ts';

/** Stands on the Lease from the moment its holder is replaced until a new leader is seen: whoever finds it can go on. */
const MARKER = 'kubectl-podcidr/restarting';

/** What was there before a restart was begun. */
export interface RestartMarker {
  operation: string;
  /** Who led. */
  holder: string;
  /** Its pod in kube-system, and the life of its container. */
  pod: string;
  life: string;
}

/** The Lease for which kube-controller-manager's replicas compete. */
export interface LeaderLease {
  /** '' when nobody holds it. */
  holder: string;
  /** Milliseconds since the epoch, by the leader's clock. */
  renewed: number;
  /** In milliseconds. */
  duration: number;
  /** The server's time when it was read; undefined without a Date header. */
  date: number | undefined;
  marker: RestartMarker | undefined;
  raw: RawObject;
}

/** Reads it by quorum; undefined when there is none. Throws ApiError, WireError. */
export async function readLeaderLease(wire: Wire): Promise<LeaderLease | undefined> {
  const read = await getLease(wire, 'kube-system', 'kube-controller-manager');
  return read && readIt(read);
}

function readIt({ lease, date }: ReadLease): LeaderLease {
  const { holderIdentity, renewTime, leaseDurationSeconds } = asObject(lease.spec);
  const annotations = asObject(asObject(lease.metadata).annotations);
  return {
    holder: asText(holderIdentity) ?? '',
    renewed: Date.parse(asText(renewTime) ?? '') || 0,
    duration: 1000 * (typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 15),
    date,
    marker: readMarker(asText(annotations[MARKER])),
    raw: lease,
  };
}

function readMarker(text: string | undefined): RestartMarker | undefined {
  if (text === undefined) return undefined;
  try {
    const { operation, holder, pod, life } = asObject(JSON.parse(text));
    return { operation: String(operation), holder: String(holder), pod: String(pod), life: String(life) };
  } catch {
    // Whatever it says, a restart was begun: what comes next is judged by what is seen.
    return { operation: '', holder: '', pod: '', life: '' };
  }
}

/** What is changed of it. */
export interface LeaderLeaseChange {
  /** Undefined: stays as it is. A name counts as renewed now. */
  holder?: string;
  /** Undefined: none from now on. */
  marker: RestartMarker | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Writes it, if nobody has since it was read (ApiError 409). leaseDurationSeconds stays: it is the record's own that decides how
 * long its holder is believed (leaderelection.go:isLeaseValid). Throws ApiError, WireError.
 */
export async function writeLeaderLease(wire: Wire, lease: LeaderLease, change: LeaderLeaseChange): Promise<void> {
  const metadata = asObject(lease.raw.metadata);
  const { [MARKER]: _former, ...annotations } = asObject(metadata.annotations);
  const spec = asObject(lease.raw.spec);
  const times = {
    renewTime: microTime(change.now),
    ...(change.holder === '' ? {} : { acquireTime: microTime(change.now) }),
  };
  await replaceLease(wire, {
    ...lease.raw,
    metadata: {
      ...metadata,
      annotations: { ...annotations, ...(change.marker ? { [MARKER]: JSON.stringify(change.marker) } : {}) },
    },
    spec: { ...spec, ...(change.holder === undefined ? {} : { holderIdentity: change.holder, ...times }) },
  });
}

/** As Leases write times (metav1.MicroTime): six decimals. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
