import { listControllerManagers } from '../kube/objects/controller-managers.ts';
import { getLease } from '../kube/objects/lease.ts';
import { LOCK } from '../kube/objects/lock-lease.ts';
import { isJournal, readOpenNotes } from '../kube/objects/open-notes.ts';
import { eachPod } from '../kube/objects/pods.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { CollectionName } from '../model/collection.ts';
import type { RawObject } from '../model/json.ts';
import { asObject } from '../model/read-json.ts';
import { allInOrder } from './all-in-order.ts';
import type { Collection } from './collection.ts';
import { events } from './events.ts';
import { flannelLeases } from './flannel-leases.ts';
import { keepJournal, keepLock, keepPod } from './keep.ts';
import { leaderLease } from './leader-lease.ts';
import { nodeDependents } from './node-dependents.ts';
import { clusterCIDRObjects } from './settings/cluster-cidr-objects.ts';
import { cniConfigs } from './settings/cni-config.ts';
import { isControllerManager } from './settings/controller-manager.ts';
import { flannelConfigs } from './settings/flannel-config.ts';
import { kubeProxyConfig } from './settings/kube-proxy-config.ts';
import { kubeadmConfig } from './settings/kubeadm-config.ts';
import { serviceCIDRObjects } from './settings/service-cidr-objects.ts';
import { daemonSets, deployments } from './settings/workloads.ts';
import { controllerManagerLogs, flannelPods } from './watched-pods.ts';

/**
 * All that reading commands look at beside the Nodes: the one list. The survey asks a server for it and finds it in a dump, and
 * `dump` writes it; so each of them gives the same answer.
 */
export const COLLECTIONS: Record<CollectionName, Collection> = {
  pods: {
    what: 'pods',
    any: 'Pod',
    holds: ({ kind }) => kind === 'Pod',
    read: readPods,
    keep: keepPod,
  },
  controllerManagers: {
    what: 'the pods of kube-controller-manager',
    any: 'pod of kube-controller-manager',
    holds: (object) => object.kind === 'Pod' && isControllerManager(object),
    read: (wire) => listControllerManagers(wire, 'cached'),
    keep: keepPod,
  },
  journal: {
    what: 'the journal of operations',
    any: 'journal of operations',
    told: ['ConfigMap'],
    holds: (object) => isJournal(object) || isLock(object),
    read: readJournal,
    keep: (object) => (isLock(object) ? keepLock(object) : keepJournal(object)),
  },
  controllerManagerLogs,
  leaderLease,
  kubeadmConfig,
  kubeProxyConfig,
  flannelConfigs,
  flannelPods,
  cniConfigs,
  daemonSets,
  deployments,
  clusterCIDRs: clusterCIDRObjects,
  serviceCIDRs: serviceCIDRObjects,
  events,
  nodeDependents,
  flannelLeases,
};

export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as CollectionName[];

/** A page at a time, and what is not read is let go at once: 30,000 pods of 19 kB are more than a program should hold. */
async function readPods(wire: Wire): Promise<RawObject[]> {
  const pods: RawObject[] = [];
  await eachPod(wire, (page) => {
    for (const pod of page) pods.push(keepPod(pod));
  });
  return pods;
}

/** The notes on open operations, and the lock: without it nobody knows whether they are carried out just now. */
async function readJournal(wire: Wire): Promise<RawObject[]> {
  const [notes, lock] = await allInOrder([readOpenNotes(wire), getLease(wire, LOCK.namespace, LOCK.name)]);
  const configMaps = notes.map((note) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...note, namespace: LOCK.namespace },
  }));
  return [...configMaps, ...(lock ? [{ kind: 'Lease', ...lock.lease }] : [])];
}

/** True for the Lease that is the lock. */
export function isLock({ kind, metadata }: RawObject): boolean {
  const { namespace, name } = asObject(metadata);
  return kind === 'Lease' && namespace === LOCK.namespace && name === LOCK.name;
}
