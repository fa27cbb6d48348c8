import type { KubeObject, OwnerReference } from '../../../scripts/clusters/kube-object.ts';
import { until } from '../../../scripts/lib/processes.ts';
import type { ControlPlane } from '../../harness/control-plane.ts';
import { pod } from '../../harness/node.ts';

/** Collection of the pods that these tests make. */
export const PODS = '/api/v1/namespaces/default/pods';

const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

/** How a pod differs from a plain one that a controller has made. */
export interface PodKind {
  bare?: boolean;
  hostNetwork?: boolean;
  emptyDir?: boolean;
  mirror?: boolean;
  labels?: Record<string, string>;
}

/** Makes running pods on a Node, by name, and returns when each runs. */
export async function createPods(plane: ControlPlane, node: string, pods: Record<string, PodKind>): Promise<void> {
  const ownerReferences = [await createController(plane)];
  const names = Object.keys(pods);
  for (const [name, { bare, hostNetwork, emptyDir, mirror, labels }] of Object.entries(pods)) {
    const object = pod(name, node, {
      metadata: {
        name,
        ...(bare || mirror ? {} : { ownerReferences }),
        ...(mirror
          ? { annotations: { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.source': 'file' } }
          : {}),
        ...(labels ? { labels } : {}),
      },
      spec: {
        ...(hostNetwork ? { hostNetwork } : {}),
        ...(emptyDir ? { volumes: [{ name: 'scratch', emptyDir: {} }] } : {}),
      },
    });
    if (mirror) object.metadata.ownerReferences = [await nodeOwner(plane, node)];
    await plane.api.post(PODS, object);
  }
  const running = await until(
    async () => (await plane.api.list(PODS)).filter(({ status }) => status?.phase === 'Running').length >= names.length,
    20_000,
  );
  if (!running) throw new Error(`some of ${names.join(', ')} do not run`);
}

/** Names of the pods that are there, sorted. */
export async function podNames(plane: ControlPlane): Promise<string[]> {
  return (await plane.api.list(PODS)).map(({ metadata }) => metadata.name).sort();
}

/** A budget over the pods labelled app=web; resolves when the disruption controller has counted them. */
export async function createBudget(plane: ControlPlane, minAvailable: number, name = 'web'): Promise<void> {
  await plane.api.post(BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { minAvailable, selector: { matchLabels: { app: 'web' } } },
  } as unknown as KubeObject);
  const counted = await until(async () => {
    const { status } = await plane.api.get(`${BUDGETS}/${name}`);
    return Number(status?.currentHealthy ?? 0) > 0;
  }, 20_000);
  if (!counted) throw new Error('the budget counts no pod');
}

/** Lets the budget's pods go. */
export async function relaxBudget(plane: ControlPlane): Promise<void> {
  await plane.api.patch(`${BUDGETS}/web`, { spec: { minAvailable: 0 } });
}

/** A DaemonSet with one pod on this Node: without a scheduler its template names the Node. */
export async function createDaemonSet(plane: ControlPlane, node: string): Promise<string> {
  const labels = { app: 'agent' };
  await plane.api.post('/apis/apps/v1/namespaces/default/daemonsets', {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { nodeName: node, containers: [{ name: 'main', image: 'x' }] } },
    },
  } as unknown as KubeObject);
  let found: string | undefined;
  await until(async () => {
    found = (await podNames(plane)).find((name) => name.startsWith('agent-'));
    return found !== undefined;
  }, 20_000);
  if (found === undefined) throw new Error('the DaemonSet made no pod');
  return found;
}

/** Any object may be a controller; this one is there, so that its pods are not garbage, and makes no pods of its own. */
async function createController(plane: ControlPlane): Promise<OwnerReference> {
  const path = '/api/v1/namespaces/default/configmaps';
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'controller', namespace: 'default' } };
  if (!(await plane.api.find(`${path}/controller`))) await plane.api.post(path, object);
  const { metadata } = await plane.api.get(`${path}/controller`);
  return { apiVersion: 'v1', kind: 'ConfigMap', name: 'controller', uid: metadata.uid ?? '', controller: true };
}

async function nodeOwner(plane: ControlPlane, name: string): Promise<OwnerReference> {
  const { metadata } = await plane.api.get(`/api/v1/nodes/${name}`);
  return { apiVersion: 'v1', kind: 'Node', name, uid: metadata.uid ?? '', controller: true };
}
