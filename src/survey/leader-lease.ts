import { getLease } from '../kube/objects/lease.ts';
import type { Leader } from '../model/cluster-facts.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText } from '../model/read-json.ts';
import type { Collection } from './collection.ts';
import { readTime } from './nodes.ts';

const LEASE = { namespace: 'kube-system', name: 'kube-controller-manager' };

/** The Lease that kube-controller-manager's leader renews every 2 s. */
export const leaderLease: Collection = {
  what: 'Lease kube-system/kube-controller-manager',
  any: 'Lease kube-system/kube-controller-manager',
  told: ['Lease'],
  holds({ kind, metadata }) {
    const { namespace, name } = asObject(metadata);
    return kind === 'Lease' && namespace === LEASE.namespace && name === LEASE.name;
  },
  async read(wire) {
    const read = await getLease(wire, LEASE.namespace, LEASE.name);
    return read ? [{ ...read.lease, kind: 'Lease' }] : [];
  },
  keep({ spec }) {
    const { holderIdentity, renewTime, leaseDurationSeconds } = asObject(spec);
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: LEASE,
      spec: { holderIdentity, renewTime, leaseDurationSeconds },
    };
  },
};

/** Undefined where there is none: a single kube-controller-manager needs none. */
export function readLeader([lease]: RawObject[]): Leader | undefined {
  if (!lease) return undefined;
  const { holderIdentity, renewTime, leaseDurationSeconds } = asObject(lease.spec);
  const renewed = readTime(renewTime);
  if (renewed === undefined) return undefined;
  return {
    holder: asText(holderIdentity) ?? '',
    renewed,
    duration: 1000 * (typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 15),
  };
}
