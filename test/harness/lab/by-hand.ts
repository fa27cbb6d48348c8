import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../../scripts/clusters/api.ts';
import type { KubeObject, OwnerReference } from '../../../scripts/clusters/kube-object.ts';
import { type Ran, until } from '../../../scripts/lib/processes.ts';
import { deleteFlannelPod, podsOn } from './pods.ts';

/** What changing a node by hand needs of a lab. */
export interface Hands {
  api: Api;
  inNode(node: string, command: string[]): Promise<Ran>;
}

const nodePath = (name: string) => `/api/v1/nodes/${name}`;

/** CSINode and static pods' mirrors belong to the Node and would go with it. Resolves with how they named their owner. */
async function disown(api: Api, node: KubeObject): Promise<{ path: string; references: OwnerReference[] }[]> {
  const { name, uid } = node.metadata;
  const csi = await api.find(`/apis/storage.k8s.io/v1/csinodes/${name}`);
  const owned = [
    ...(csi ? [{ path: `/apis/storage.k8s.io/v1/csinodes/${name}`, object: csi }] : []),
    ...(await podsOn(api, name)).map((object) => ({
      path: `/api/v1/namespaces/${object.metadata.namespace}/pods/${object.metadata.name}`,
      object,
    })),
  ].filter(({ object }) => object.metadata.ownerReferences?.some((reference) => reference.uid === uid));
  for (const { path, object } of owned) {
    const others = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
    await api.patch(path, { metadata: { ownerReferences: others.length > 0 ? others : null } });
  }
  return owned.map(({ path, object }) => ({ path, references: object.metadata.ownerReferences ?? [] }));
}

/** The Node as it was but for its subnets, and what the server gives each object itself. */
function withSubnets(node: KubeObject, podCIDRs: string[]): KubeObject {
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, ...metadata } = node.metadata;
  const [podCIDR = ''] = podCIDRs;
  return { ...node, metadata, spec: { ...node.spec, podCIDR, podCIDRs } };
}

/** Deletes a Node and posts it with other subnets at once, what it owns kept: the API's half of what operators do by hand. */
export async function recreateNode(api: Api, name: string, podCIDRs: string[]): Promise<void> {
  const owned = await disown(api, await api.get(nodePath(name)));
  const was = await api.get(nodePath(name));
  await api.delete(nodePath(name), { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' });
  const { uid = '' } = (await api.post('/api/v1/nodes', withSubnets(was, podCIDRs))).metadata;
  for (const { path, references } of owned) {
    const renewed = references.map((reference) =>
      reference.uid === was.metadata.uid ? { ...reference, uid } : reference,
    );
    await api.patch(path, { metadata: { ownerReferences: renewed } });
  }
}

async function subnetOf({ api }: Hands, node: string): Promise<string[]> {
  return (await api.get(nodePath(node))).spec?.podCIDRs ?? [];
}

/** Restarts flannel on a node and waits until it works with the subnet of the Node. */
export async function restartFlannelOn(hands: Hands, node: string): Promise<void> {
  await deleteFlannelPod(hands.api, node);
  const [cidr = ''] = await subnetOf(hands, node);
  const [address = '', length] = cidr.split('/');
  const expected = `FLANNEL_SUBNET=${address.replace(/0$/, '1')}/${length}`;
  const agrees = async () => (await hands.inNode(node, ['cat', '/run/flannel/subnet.env'])).stdout.includes(expected);
  if (!(await until(agrees, 60_000, 200))) throw new Error(`flannel on ${node} does not work with ${cidr}`);
}

/** Whether all pods of the pod network on a node run with addresses of its subnet, and none of these is left. */
async function arePodsNew(api: Api, node: string, prefix: string, old: Set<string | undefined>): Promise<boolean> {
  const pods = (await podsOn(api, node)).filter(({ spec }) => spec?.hostNetwork !== true);
  return pods.every(
    ({ metadata, status }) =>
      !old.has(metadata.uid) && status?.phase === 'Running' && status.podIP?.startsWith(prefix) === true,
  );
}

/**
 * The node's half by hand: flannel restarted, the route to itself that host-gw has left removed, the old bridge removed, pods
 * with old addresses deleted and their successors waited for.
 */
export async function settleNode(hands: Hands, node: string): Promise<void> {
  const [cidr = ''] = await subnetOf(hands, node);
  await restartFlannelOn(hands, node);
  const { stdout } = await hands.inNode(node, ['ip', 'route', 'show', cidr]);
  for (const route of stdout.split('\n').filter((line) => line.trim() !== '' && !line.includes('cni0'))) {
    await hands.inNode(node, ['ip', 'route', 'del', ...route.trim().split(/\s+/)]);
  }
  await hands.inNode(node, ['ip', 'link', 'del', 'cni0']);
  const prefix = cidr.slice(0, cidr.lastIndexOf('.') + 1);
  const pods = (await podsOn(hands.api, node)).filter(({ spec }) => spec?.hostNetwork !== true);
  const old = pods.filter(({ status }) => status?.podIP !== undefined && !status.podIP.startsWith(prefix));
  for (const { metadata } of old)
    await hands.api.delete(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`);
  const uids = new Set(old.map(({ metadata }) => metadata.uid));
  // Their DaemonSet makes successors a moment later.
  await sleep(300);
  const renewed = await until(() => arePodsNew(hands.api, node, prefix, uids), 90_000, 200);
  if (!renewed) throw new Error(`the pods on ${node} have no new addresses after 90 s`);
}
