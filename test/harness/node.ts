import type { Api } from '../../scripts/clusters/api.ts';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { type NodeOptions, nodeObject } from '../../scripts/clusters/node-object.ts';
import { until } from '../../scripts/lib/processes.ts';
import { FIELD_MANAGER } from '../../src/kube/objects/node.ts';

/** A Node as a kubelet registers it on a kubeadm cluster, ready to be posted. */
export const node: (name: string, options?: NodeOptions) => KubeObject = nodeObject;

/** Posts Nodes and resolves with them as they are when each has a subnet; throws after `limitMs`. */
export async function createNodes(api: Api, nodes: KubeObject[], limitMs = 30_000): Promise<KubeObject[]> {
  await Promise.all(nodes.map((object) => api.post('/api/v1/nodes', object)));
  const names = nodes.map(({ metadata }) => metadata.name);
  let found: KubeObject[] = [];
  const whole = await until(async () => {
    const all = await api.list('/api/v1/nodes');
    found = names.flatMap((name) => all.filter(({ metadata }) => metadata.name === name));
    return found.length === names.length && found.every(({ spec }) => spec?.podCIDR !== undefined);
  }, limitMs);
  if (!whole) throw new Error(`some of ${names.join(', ')} had no subnet after ${limitMs} ms`);
  return found;
}

/** A pod bound to a Node, as a scheduler leaves it; kwok, if the plane has it, makes it run. */
export function pod(name: string, nodeName: string, more: Partial<KubeObject> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...more,
    metadata: { name, namespace: 'default', ...more.metadata },
    spec: { nodeName, containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.9' }], ...more.spec },
  };
}

/**
 * The Node as people and this program left it: without what kubelets and controllers write by themselves, at any time (status,
 * conditions as taints, the ttl annotation), so that two of these are equal when nobody changed anything.
 */
export function standing({ metadata, spec }: KubeObject): object {
  const { resourceVersion: _version, managedFields, annotations, ...kept } = metadata;
  const { 'node.alpha.kubernetes.io/ttl': _ttl, ...notes } = annotations ?? {};
  const ours = (Array.isArray(managedFields) ? managedFields : []).filter(({ manager }) => manager === FIELD_MANAGER);
  const taints = (spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
  return { ...kept, annotations: notes, managedFields: ours, spec: { ...spec, taints } };
}
