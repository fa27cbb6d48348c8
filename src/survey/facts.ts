import { installedCNIs } from '../cni/installed.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { CollectionName } from '../model/collection.ts';
import type { RawObject } from '../model/json.ts';
import type { WatchedPod } from '../model/pod-state.ts';
import { asObject, asText } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import { compareText } from '../model/text.ts';
import { readEvent } from './events.ts';
import { leasesOf } from './flannel-leases.ts';
import { readLeader } from './leader-lease.ts';
import { readDependent } from './node-dependents.ts';
import { readPlacement } from './placement.ts';
import { isLog, readLog, readWatchedPod } from './pod-state.ts';
import { clusterCIDRAllocators } from './settings/cluster-cidr-objects.ts';
import { antreaAllocators, readCNIConfigs } from './settings/cni-config.ts';
import { readFlannelConfigs } from './settings/flannel-config.ts';
import { readKubeProxyConfig } from './settings/kube-proxy-config.ts';
import { readKubeadmConfig } from './settings/kubeadm-config.ts';
import { cloudAllocators } from './settings/workloads.ts';

/** flannel's own DaemonSets, canal's and rke2's. */
const FLANNEL_SET = /^(kube|rke2)-flannel(-ds(-\w+)?)?$|^(rke2-)?canal$/;

type Collections = Record<CollectionName, Reading<RawObject[]>>;

/** What the checks look at beside nodes, pods and settings, from what was gathered. Nothing depends on the order of objects. */
export function readFacts(unordered: Collections): ClusterFacts {
  const collections = ordered(unordered);
  const { daemonSets, controllerManagers, controllerManagerLogs, flannelPods, cniConfigs } = collections;
  return {
    kubeadm: map(collections.kubeadmConfig, readKubeadmConfig),
    kubeProxy: map(collections.kubeProxyConfig, readKubeProxyConfig),
    flannelConfigs: map(collections.flannelConfigs, readFlannelConfigs),
    flannelPods: map(flannelPods, (objects) => watched(objects, objects)),
    flannelPlacements: map(daemonSets, (sets) => sets.filter(isFlannelSet).map(readPlacement)),
    cnis: map(daemonSets, (sets) => installedCNIs(sets, readCNIConfigs(cniConfigs.known ? cniConfigs.value : []))),
    managers: map(controllerManagers, (pods) =>
      watched(pods, controllerManagerLogs.known ? controllerManagerLogs.value : []),
    ),
    leader: map(collections.leaderLease, readLeader),
    allocators: readAllocators(collections),
    events: map(collections.events, (events) => events.map(readEvent)),
    dependents: map(collections.nodeDependents, (objects) => objects.map(readDependent)),
    flannelLeases: leasesOf(collections.flannelLeases),
  };
}

/** Each collection by kind, namespace and name, as a server and a dump have them in different orders. */
function ordered(collections: Collections): Collections {
  return Object.fromEntries(
    Object.entries(collections).map(([name, reading]) => [
      name,
      name === 'pods' ? reading : map(reading, (objects) => [...objects].sort(byName)),
    ]),
  ) as Collections;
}

function byName(a: RawObject, b: RawObject): number {
  return compareText(keyOf(a), keyOf(b));
}

function keyOf({ kind, metadata }: RawObject): string {
  const { namespace, name } = asObject(metadata);
  return `${kind ?? ''}\n${asText(namespace) ?? ''}\n${asText(name) ?? ''}`;
}

function isFlannelSet({ metadata }: RawObject): boolean {
  return FLANNEL_SET.test(asText(asObject(metadata).name) ?? '');
}

function watched(pods: RawObject[], objects: RawObject[]): WatchedPod[] {
  const logs = objects.filter(isLog).map(readLog);
  return pods.filter((object) => !isLog(object) && isAlive(object)).map((pod) => readWatchedPod(pod, logs));
}

function isAlive({ metadata, status }: RawObject): boolean {
  const { phase } = asObject(status);
  return asObject(metadata).deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function readAllocators({
  clusterCIDRs,
  cniConfigs,
  daemonSets,
  deployments,
}: Collections): ClusterFacts['allocators'] {
  const parts: [Reading<RawObject[]>, (objects: RawObject[]) => ClusterFacts['allocators']['found']][] = [
    [clusterCIDRs, clusterCIDRAllocators],
    [cniConfigs, antreaAllocators],
    [daemonSets, cloudAllocators],
    [deployments, cloudAllocators],
  ];
  return {
    found: parts.flatMap(([reading, read]) => (reading.known ? read(reading.value) : [])),
    missing: parts.flatMap(([reading]) => (reading.known ? [] : [reading.reason])),
  };
}

function map<From, To>(reading: Reading<From>, read: (value: From) => To): Reading<To> {
  return reading.known ? { ...reading, value: read(reading.value) } : reading;
}
