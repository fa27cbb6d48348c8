import type { RawObject } from '../../model/json.ts';
import { asObject, asText, asTexts } from '../../model/read-json.ts';
import { OUR_LABELS } from './ours.ts';

/** Where the lock is. */
export const LOCK = { namespace: 'kube-system', name: 'kubectl-podcidr' };

const OPERATION = 'kubectl-podcidr/operation';
const BY = 'kubectl-podcidr/by';

/** Who holds the lock. */
export interface Holder {
  /** One process's own: the operation and random digits. */
  identity: string;
  operation: string;
  /** user@host. */
  by: string;
  /** Since when it works, RFC 3339. */
  since: string;
  /** Last sign of life in milliseconds since the epoch, by the server's clock. */
  renewed: number;
  /** How long after that it belongs to nobody, in milliseconds. */
  expiry: number;
}

/** The holder that the Lease names; undefined when nobody holds it. */
export function readHolder(lease: RawObject): Holder | undefined {
  const { holderIdentity, acquireTime, renewTime, leaseDurationSeconds } = asObject(lease.spec);
  const identity = asText(holderIdentity) ?? '';
  if (identity === '') return undefined;
  const annotations = asTexts(asObject(lease.metadata).annotations);
  return {
    identity,
    operation: annotations[OPERATION] ?? identity,
    by: annotations[BY] ?? 'an unknown user',
    since: asText(acquireTime) ?? 'an unknown time',
    renewed: Date.parse(asText(renewTime) ?? '') || 0,
    expiry: Number(leaseDurationSeconds) * 1000,
  };
}

/** The Lease held by `holder`, or by nobody; with the resourceVersion and count of `former`, which it replaces. */
export function writeHolder(former: RawObject | undefined, holder: Holder | undefined): RawObject {
  const { resourceVersion } = asObject(former?.metadata);
  const { holderIdentity, leaseTransitions, leaseDurationSeconds, acquireTime } = asObject(former?.spec);
  const transitions = typeof leaseTransitions === 'number' ? leaseTransitions : 0;
  const passes = holder !== undefined && holder.identity !== holderIdentity;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...LOCK,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      labels: OUR_LABELS,
      ...(holder ? { annotations: { [OPERATION]: holder.operation, [BY]: holder.by } } : {}),
    },
    spec: {
      holderIdentity: holder?.identity ?? '',
      leaseDurationSeconds: holder ? Math.ceil(holder.expiry / 1000) : (leaseDurationSeconds ?? 1),
      leaseTransitions: transitions + (passes ? 1 : 0),
      acquireTime: holder ? microTime(Date.parse(holder.since)) : (acquireTime ?? null),
      renewTime: holder ? microTime(holder.renewed) : null,
    },
  };
}

/** As Leases write times (metav1.MicroTime): six decimals. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
