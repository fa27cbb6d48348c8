import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { until } from '../../../scripts/lib/processes.ts';
import type { ControlPlane } from '../../harness/control-plane.ts';
import { createNodes, node } from '../../harness/node.ts';

export const NAMESPACE = 'kube-flannel';
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

/** flannel's DaemonSet in its namespace; its pods are made by kube-controller-manager, and bound to no node. */
export async function createFlannel(plane: ControlPlane, labels: Record<string, string> = {}): Promise<void> {
  await plane.api.post('/api/v1/namespaces', { metadata: { name: NAMESPACE, labels } });
  const account = () => plane.api.request('GET', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`);
  if (!(await until(async () => (await account()).status === 200, 20_000))) throw new Error('no service account');
  const labelsOfPods = { app: 'flannel' };
  await plane.api.post(`/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`, {
    metadata: { name: 'kube-flannel-ds' },
    spec: {
      selector: { matchLabels: labelsOfPods },
      template: {
        metadata: { labels: labelsOfPods },
        spec: {
          hostNetwork: true,
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: 'kube-flannel', image: 'flannel:v1' }],
        },
      },
    },
  });
}

/** A node with flannel's pod on it, as kubelets report it: running, or between two crashes. Returns the pod's name. */
export async function createFlannelNode(
  plane: ControlPlane,
  name: string,
  state: 'running' | 'crashing',
): Promise<string> {
  const object = node(name, { flannel: true });
  // Nothing listens there: an exec fails at once, without a question to a name server.
  const unreachable = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
  };
  await createNodes(plane.api, [{ ...object, status: { ...object.status, ...unreachable } }]);
  let pod: KubeObject | undefined;
  // One pod a node: its affinity names it.
  const made = await until(async () => {
    pod = (await plane.api.list(PODS)).find(({ spec }) => JSON.stringify(spec?.affinity ?? {}).includes(`"${name}"`));
    return pod !== undefined;
  }, 20_000);
  if (!made || !pod) throw new Error(`no pod of flannel for ${name}`);
  const path = `${PODS}/${pod.metadata.name}`;
  await plane.api.post(`${path}/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: pod.metadata.name },
    target: { apiVersion: 'v1', kind: 'Node', name },
  });
  const isRunning = state === 'running';
  await plane.api.patch(`${path}/status`, {
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'kube-flannel',
          image: 'flannel:v1',
          imageID: '',
          ready: isRunning,
          restartCount: 0,
          state: isRunning
            ? { running: { startedAt: new Date().toISOString().replace(/\.\d+/, '') } }
            : { waiting: { reason: 'CrashLoopBackOff' } },
        },
      ],
    },
  });
  return pod.metadata.name;
}

/** The helper pods that there are. */
export async function helpers(plane: ControlPlane): Promise<KubeObject[]> {
  return plane.api.list('/api/v1/pods?labelSelector=kubectl-podcidr/pod=helper');
}

/** Resolves with the helper pod as soon as there is one. */
export async function helperOf(plane: ControlPlane): Promise<KubeObject> {
  let found: KubeObject | undefined;
  await until(async () => {
    [found] = await helpers(plane);
    return found !== undefined;
  }, 20_000);
  if (!found) throw new Error('no helper pod was made');
  return found;
}

/** Reports the state of a helper pod as a kubelet does. */
export async function report(plane: ControlPlane, pod: KubeObject, status: object): Promise<void> {
  await plane.api.patch(`/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`, { status });
}
