import type { Api } from '../../scripts/clusters/api.ts';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { pod } from './node.ts';

const SETS = '/apis/apps/v1/namespaces/default/replicasets';
const PODS = '/api/v1/namespaces/default/pods';

const LABELS = { app: 'web' };

/** A ReplicaSet of pods with the label app=web: it adopts those that there are. */
export function createReplicaSet(api: Api, replicas: number): Promise<KubeObject> {
  return api.post(SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.9' }] },
      },
    },
  });
}

/**
 * Pods on a node that belong to a ReplicaSet, which would create others: by name, with what else is in their spec. Returns them as
 * they were created.
 */
export async function createReplicas(
  api: Api,
  node: string,
  pods: Record<string, KubeObject['spec']>,
): Promise<KubeObject[]> {
  const { metadata } = await createReplicaSet(api, Object.keys(pods).length);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: String(metadata.uid), controller: true };
  return Promise.all(
    Object.entries(pods).map(([name, spec]) =>
      api.post(
        PODS,
        pod(name, node, { metadata: { name, labels: LABELS, ownerReferences: [owner] }, ...(spec && { spec }) }),
      ),
    ),
  );
}

/** Takes the ReplicaSet and all of its pods away; nothing where there is none. */
export async function deleteReplicas(api: Api): Promise<void> {
  if (await api.find(`${SETS}/web`)) await api.delete(`${SETS}/web`);
  await api.delete(`${PODS}?labelSelector=app%3Dweb`, { gracePeriodSeconds: 0 });
}
