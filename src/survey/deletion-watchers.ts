import type { JsonObject, RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import type { DeletionWatcher, WatcherName } from '../model/surroundings.ts';

/** Deployments and DaemonSets by name, as their projects' manifests, charts and operators name them; the kind goes first. */
const WORKLOADS: { workload: RegExp; name: WatcherName; acts?: (workload: RawObject) => boolean }[] = [
  { workload: /^Deployment (.+-)?(nfd|node-feature-discovery)-gc$/, name: 'nfd-gc' },
  { workload: /^DaemonSet longhorn-manager$/, name: 'longhorn-manager' },
  { workload: /^Deployment calico-kube-controllers$/, name: 'calico-kube-controllers', acts: usesEtcd },
  { workload: /^DaemonSet portworx$|^Deployment portworx-operator$/, name: 'portworx' },
  {
    workload: /^DaemonSet storageos(-node|-daemonset)?$|^Deployment storageos-(operator|api-manager)$/,
    name: 'storageos',
  },
];

/** API groups that they bring. */
const GROUPS: Record<string, WatcherName> = {
  'longhorn.io': 'longhorn-manager',
  'nfd.k8s-sigs.io': 'nfd-gc',
  'core.libopenstorage.org': 'portworx',
  'storageos.com': 'storageos',
  'api.storageos.com': 'storageos',
};

/** The controllers among these Deployments and DaemonSets that act on a Node's deletion. One scaled to nothing does not. */
export function watchersByWorkload(workloads: RawObject[]): DeletionWatcher[] {
  return workloads.filter(isWanted).flatMap((workload) => {
    const { name, namespace } = asObject(workload.metadata);
    const kind = workload.kind ?? '';
    const found = WORKLOADS.find((one) => one.workload.test(`${kind} ${asText(name) ?? ''}`));
    if (!found || found.acts?.(workload) === false) return [];
    return [{ name: found.name, source: `${kind} ${asText(namespace) ?? ''}/${asText(name) ?? ''}` }];
  });
}

/** The same by the server's list of API groups: what may run, not what does. */
export function watchersByGroup({ groups }: JsonObject): DeletionWatcher[] {
  return asList(groups).flatMap((group) => {
    const name = asText(asObject(group).name) ?? '';
    const watcher = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
    return watcher ? [{ name: watcher, source: `API group ${name}` }] : [];
  });
}

function isWanted({ kind, spec, status }: RawObject): boolean {
  if (kind === 'Deployment') return asObject(spec).replicas !== 0;
  const { observedGeneration, desiredNumberScheduled } = asObject(status);
  return observedGeneration === undefined || desiredNumberScheduled !== 0;
}

/** Without DATASTORE_TYPE=kubernetes kube-controllers keep to etcd (libcalico-go apiconfig: EtcdV3 is the default). */
function usesEtcd({ spec }: RawObject): boolean {
  const containers = asList(asObject(asObject(asObject(spec).template).spec).containers).map(asObject);
  const env = containers.flatMap((container) => asList(container.env).map(asObject));
  return !env.some(({ name, value }) => name === 'DATASTORE_TYPE' && value === 'kubernetes');
}
