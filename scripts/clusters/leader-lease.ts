import type { Api } from './api.ts';
import type { KubeObject } from './kube-object.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';

/** Whether somebody has held the leader's lease since `since`. */
export async function isLed(api: Api, since: Date): Promise<boolean> {
  const lease = await api.find(PATH);
  const renewed = Date.parse(lease?.spec?.renewTime ?? '1970-01-01T00:00:00Z');
  return Boolean(lease?.spec?.holderIdentity) && renewed >= since.getTime();
}

/**
 * Frees the lease of a controller manager that we have ended on purpose: it does not do that itself, and the next one
 * would wait 15 s. Never called after a crash, where that wait is what happens in real clusters too.
 */
export async function releaseLeadership(api: Api): Promise<void> {
  const lease = await api.find(PATH);
  if (!lease?.spec?.holderIdentity) return;
  const released: KubeObject = { ...lease, spec: { ...lease.spec, holderIdentity: '' } };
  await api.put(PATH, released);
}
