import { CNI_AGENTS } from '../cni/agents.ts';
import { listObjects } from '../kube/objects/list.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { JsonObject, RawObject } from '../model/json.ts';
import { asList, asObject, asText, asTexts } from '../model/read-json.ts';

/** The pod of a CNI's agent on one node. */
export interface CNIPod {
  /** flannel, canal, … */
  cni: string;
  namespace: string;
  /** Name of its DaemonSet. */
  daemonSet: string;
  name: string;
  uid: string;
  node: string;
  /** The container in which commands are run, and its image. */
  container: string;
  image: string;
  /** Names of its imagePullSecrets, in its namespace. */
  pullSecrets: string[];
  /** That container runs: exec works. */
  running: boolean;
  ready: boolean;
  /** It has a deletionTimestamp. */
  deleting: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/**
 * Lists the agents' pods of the CNIs that follow spec.podCIDR, by quorum, those that are being deleted too; of one node, or of
 * all. Throws ApiError (needs list on daemonsets.apps and pods of all namespaces), WireError, Failure.
 */
export async function listCNIPods(wire: Wire, node?: string): Promise<CNIPod[]> {
  const daemonSets = await listObjects(wire, { path: '/apis/apps/v1/daemonsets', freshness: 'quorum' });
  const agents = daemonSets.items.flatMap((daemonSet) => {
    const metadata = asObject(daemonSet.metadata);
    const found = CNI_AGENTS.find((one) => one.daemonSet.test(asText(metadata.name) ?? ''));
    return found ? [{ daemonSet, metadata, found }] : [];
  });
  const pods = await Promise.all(
    agents.map(async ({ daemonSet, metadata, found }) => {
      const labels = asTexts(asObject(asObject(asObject(daemonSet.spec).template).metadata).labels);
      const { items } = await listObjects(wire, {
        path: `/api/v1/namespaces/${encodeURIComponent(asText(metadata.namespace) ?? '')}/pods`,
        labelSelector: Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
        ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
        freshness: 'quorum',
      });
      const owned = items.filter((pod) => isOwnedBy(pod, asText(metadata.uid) ?? ''));
      return owned.map((pod) => readPod(pod, found.cni, asText(metadata.name) ?? '', found.container));
    }),
  );
  return pods.flat();
}

/** Those of these pods that a DaemonSet by the name of a CNI's agent has made; for pods that were read anyway. */
export function agentsAmong(pods: RawObject[]): CNIPod[] {
  return pods.flatMap((pod) => {
    const owners = asList(asObject(pod.metadata).ownerReferences).map(asObject);
    const owner = owners.find(({ kind, controller }) => kind === 'DaemonSet' && controller === true);
    const name = asText(owner?.name) ?? '';
    const found = CNI_AGENTS.find((one) => one.daemonSet.test(name));
    return found ? [readPod(pod, found.cni, name, found.container)] : [];
  });
}

function isOwnedBy(pod: RawObject, uid: string): boolean {
  return asList(asObject(pod.metadata).ownerReferences).some((reference) => asObject(reference).uid === uid);
}

function readPod(pod: RawObject, cni: string, daemonSet: string, wanted: string): CNIPod {
  const metadata = asObject(pod.metadata);
  const spec = asObject(pod.spec);
  const status = asObject(pod.status);
  const containers = asList(spec.containers).map(asObject);
  const container = containers.find(({ name }) => name === wanted) ?? containers[0] ?? {};
  const states = asList(status.containerStatuses).map(asObject);
  const state: JsonObject = states.find(({ name }) => name === container.name) ?? {};
  return {
    cni,
    daemonSet,
    namespace: asText(metadata.namespace) ?? '',
    name: asText(metadata.name) ?? '',
    uid: asText(metadata.uid) ?? '',
    node: asText(spec.nodeName) ?? '',
    container: asText(container.name) ?? '',
    image: asText(container.image) ?? '',
    pullSecrets: asList(spec.imagePullSecrets).flatMap((one) => asText(asObject(one).name) ?? []),
    running: asObject(state.state).running !== undefined,
    ready: asList(status.conditions).some((one) => asObject(one).type === 'Ready' && asObject(one).status === 'True'),
    deleting: metadata.deletionTimestamp !== undefined,
    createdAt: Date.parse(asText(metadata.creationTimestamp) ?? '') || 0,
  };
}
