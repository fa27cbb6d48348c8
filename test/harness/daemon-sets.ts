import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { until } from '../../scripts/lib/processes.ts';
import type { ControlPlane } from './control-plane.ts';

/** A DaemonSet, as far as after-care looks at it. */
export interface DaemonSetWish {
  name: string;
  namespace: string;
  container: string;
  hostNetwork: boolean;
}

export const FLANNEL: DaemonSetWish = {
  name: 'kube-flannel-ds',
  namespace: 'kube-system',
  container: 'kube-flannel',
  hostNetwork: true,
};

export const ANTREA: DaemonSetWish = {
  name: 'antrea-agent',
  namespace: 'kube-system',
  container: 'antrea-agent',
  hostNetwork: true,
};

export const KINDNET: DaemonSetWish = {
  name: 'kindnet',
  namespace: 'kube-system',
  container: 'kindnet-cni',
  hostNetwork: true,
};

/** Pods on the pod network, one on each node. */
export const WORKLOAD: DaemonSetWish = {
  name: 'workload',
  namespace: 'default',
  container: 'main',
  hostNetwork: false,
};

/** The pod of a DaemonSet on a node; undefined while there is none, or none that stays. */
export async function podOf(
  plane: ControlPlane,
  { name, namespace }: DaemonSetWish,
  node: string,
): Promise<KubeObject | undefined> {
  const pods = await plane.api.list(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${name}`);
  return pods.find(({ metadata, spec }) => spec?.nodeName === node && metadata.deletionTimestamp === undefined);
}

/** The pod of a DaemonSet on a node is there, and does not run. */
export async function crash(plane: ControlPlane, wish: DaemonSetWish, node: string): Promise<void> {
  const pod = await podOf(plane, wish, node);
  const status = {
    name: wish.container,
    image: 'example.org/none:1',
    imageID: '',
    ready: false,
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
  };
  await plane.api.patch(`/api/v1/namespaces/${wish.namespace}/pods/${pod?.metadata.name}/status`, {
    status: { containerStatuses: [status] },
  });
}

/** Takes DaemonSets and their pods away. */
export async function undeploy(plane: ControlPlane, ...wishes: DaemonSetWish[]): Promise<void> {
  for (const { name, namespace } of wishes) {
    await plane.api.delete(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`);
    await plane.api.delete(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${name}`, {
      gracePeriodSeconds: 0,
    });
  }
}

/**
 * Does a scheduler's part for the pods of DaemonSets, until the returned function is called: their affinity names the node.
 * `foreign`: an address that the pods of this DaemonSet get at once, whatever their node's subnet; undefined: none.
 */
export function scheduleDaemonPods(
  plane: ControlPlane,
  foreign: (name: string) => string | undefined = () => undefined,
): Promise<() => void> {
  const bind = async ({ metadata, spec }: KubeObject) => {
    const { name, namespace } = metadata;
    const node = /"key":"metadata\.name","operator":"In","values":\["([^"]+)"\]/.exec(JSON.stringify(spec))?.[1];
    if (node === undefined) return;
    const ip = foreign(metadata.labels?.app ?? '');
    if (ip !== undefined)
      await plane.api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
        status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
      });
    await plane.api.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    });
  };
  return plane.api.watch('/api/v1/pods?fieldSelector=spec.nodeName%3D', ({ object }) => void bind(object));
}

/** Makes DaemonSets, and waits until each has a running pod with an address on each of the nodes. */
export async function deploy(plane: ControlPlane, nodes: string[], ...wishes: DaemonSetWish[]): Promise<void> {
  for (const { name, namespace, container, hostNetwork } of wishes) {
    await plane.api.post(`/apis/apps/v1/namespaces/${namespace}/daemonsets`, {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            hostNetwork,
            tolerations: [{ operator: 'Exists' }],
            terminationGracePeriodSeconds: 1,
            containers: [{ name: container, image: 'example.org/none:1' }],
          },
        },
      },
    });
  }
  const there = async () => {
    const pods = await Promise.all(nodes.flatMap((node) => wishes.map((wish) => podOf(plane, wish, node))));
    return pods.every((pod) => pod?.status?.podIP !== undefined);
  };
  if (!(await until(there, 30_000))) throw new Error('the DaemonSets have no pods');
}
