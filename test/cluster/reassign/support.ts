import type { KubeObject, OwnerReference } from '../../../scripts/clusters/kube-object.ts';
import { until } from '../../../scripts/lib/processes.ts';
import type { ControlPlane } from '../../harness/control-plane.ts';
import { createNodes, node } from '../../harness/node.ts';

/** A restart of kube-controller-manager's leader takes 15 s on 1.24, has tests of its own, and nobody judges budgets or taints meanwhile. */
export const NO_RESTART = '--allocator-restart=never';

/** The Node as the server has it. */
export function getNode(plane: ControlPlane, name: string): Promise<KubeObject> {
  return plane.api.get(`/api/v1/nodes/${name}`);
}

/** Two nodes that share 10.244.77.0/24: `keeps` and `moves`. */
export async function createTwins(plane: ControlPlane, keeps: string, moves: string): Promise<void> {
  const podCIDRs = ['10.244.77.0/24'];
  await createNodes(plane.api, [node(keeps, { podCIDRs }), node(moves, { podCIDRs, labels: { zone: 'b' } })]);
  // Only then are they as nodes are that live for a while.
  const settled = () =>
    until(async () => !(await hasNotReadyTaint(plane, keeps)) && !(await hasNotReadyTaint(plane, moves)), 5_000);
  if (await settled()) return;
  // A pass of kube-controller-manager that failed is not repeated (1.24 on a busy machine): done in its place.
  for (const name of [keeps, moves]) await plane.api.patch(`/api/v1/nodes/${name}`, { spec: { taints: null } });
  if (!(await settled())) throw new Error('the not-ready taint stayed');
}

/** Admission puts this taint on every new Node, and kube-controller-manager takes it away. */
export async function hasNotReadyTaint(plane: ControlPlane, name: string): Promise<boolean> {
  return (await getNode(plane, name)).spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready') ?? false;
}

/** An owner reference to this Node, as kubelets write them. */
export function ownedBy({ metadata: { name, uid = '' } }: KubeObject): OwnerReference[] {
  return [{ apiVersion: 'v1', kind: 'Node', name, uid, controller: true }];
}

/** The Node without what DESIGN allows to differ after a move: identity, subnet, heartbeats, the times of managedFields. */
export function comparable({ metadata, spec, status, ...rest }: KubeObject) {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    generation: _generation,
    managedFields,
    ...kept
  } = metadata;
  const { podCIDR: _podCIDR, podCIDRs: _podCIDRs, ...ground } = spec ?? {};
  const conditions = (status?.conditions as { type: string }[] | undefined)?.map((condition) => ({
    ...condition,
    lastHeartbeatTime: '',
  }));
  return {
    ...rest,
    metadata: { ...kept, managedFields: managers(managedFields) },
    spec: ground,
    status: { ...status, conditions },
  };
}

/** Who owns which fields, without the time of the last write. */
function managers(fields: unknown): string[] {
  const list = Array.isArray(fields) ? fields : [];
  return list.map(({ time: _time, ...rest }) => JSON.stringify(rest)).sort();
}

/** Path of the ConfigMap that `createOwned` makes. */
export const OWNED = '/api/v1/namespaces/default/configmaps/owned';

/** A ConfigMap that this Node owns. */
export async function createOwned(plane: ControlPlane, owner: KubeObject): Promise<void> {
  await plane.api.post('/api/v1/namespaces/default/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'owned', namespace: 'default', ownerReferences: ownedBy(owner) },
  });
}
