import type { Api } from '../../../scripts/clusters/api.ts';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { until } from '../../../scripts/lib/processes.ts';

/** All pods bound to a node. */
export function podsOn(api: Api, node: string): Promise<KubeObject[]> {
  return api.list(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
}

const isReady = ({ status }: KubeObject) =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

/** flannel's pod on a node that is not about to end; undefined while there is none. */
export async function flannelPod(api: Api, node: string): Promise<KubeObject | undefined> {
  const pods = await podsOn(api, node);
  return pods.find(({ metadata }) => metadata.labels?.app === 'flannel' && metadata.deletionTimestamp === undefined);
}

/** Deletes flannel's pod on a node and waits until the next one is Ready. */
export async function deleteFlannelPod(api: Api, node: string): Promise<void> {
  const old = await flannelPod(api, node);
  if (old) await api.delete(`/api/v1/namespaces/kube-flannel/pods/${old.metadata.name}`);
  const replaced = await until(
    async () => {
      const pod = await flannelPod(api, node);
      return pod !== undefined && pod.metadata.uid !== old?.metadata.uid && isReady(pod);
    },
    90_000,
    200,
  );
  if (!replaced) throw new Error(`flannel on ${node} is not Ready 90 s after its pod was deleted`);
}
