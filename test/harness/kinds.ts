import type { Api } from '../../scripts/clusters/api.ts';

/** What validate reads, but for kinds that few clusters have. */
export const KINDS = ['nodes', 'pods', 'configmaps', 'daemonsets', 'deployments', 'events', 'leases', 'csinodes'];

/**
 * A Deployment, a DaemonSet and an Event without meaning, so that `kubectl get` writes some: of a kind that is not in a dump
 * nothing can be said. The other kinds are in every control plane.
 */
export async function createOneOfEach(api: Api): Promise<void> {
  const labels = { app: 'none' };
  const pod = { containers: [{ name: 'none', image: 'none' }], nodeSelector: { no: 'node' } };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } };
  const apps = '/apis/apps/v1/namespaces/default';
  await api.post(`${apps}/deployments`, { metadata: { name: 'none' }, spec: { ...spec, replicas: 0 } });
  await api.post(`${apps}/daemonsets`, { metadata: { name: 'none' }, spec });
  await api.post('/api/v1/namespaces/default/events', {
    metadata: { name: 'none' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'none' },
    reason: 'Scheduled',
  });
}
