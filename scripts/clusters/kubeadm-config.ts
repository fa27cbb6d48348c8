import { dump } from 'js-yaml';
import type { Api } from './api.ts';
import { flagName, flagValue } from './flags.ts';

/** Flags that kubeadm makes from `networking`, never from extraArgs. */
const FROM_NETWORKING = ['allocate-node-cidrs', 'cluster-cidr', 'service-cluster-ip-range'];

/**
 * ConfigMap kube-system/kubeadm-config, in the form of the kubeadm of that version: since v1beta4 (Kubernetes 1.31)
 * extraArgs is a list, before it was a map.
 */
export async function createKubeadmConfig(api: Api, version: string, flags: string[], theirs: string[]): Promise<void> {
  const names = theirs.map(flagName).filter((name) => !FROM_NETWORKING.includes(name));
  const extra = names.map((name) => ({ name, value: flagValue(theirs, name) ?? '' }));
  const list = Number(version.split('.')[1]) >= 31;
  const extraArgs = list ? extra : Object.fromEntries(extra.map(({ name, value }) => [name, value]));
  const configuration = {
    apiVersion: `kubeadm.k8s.io/${list ? 'v1beta4' : 'v1beta3'}`,
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    controllerManager: names.length > 0 ? { extraArgs } : {},
    etcd: { local: { dataDir: '/var/lib/etcd' } },
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    kubernetesVersion: version,
    networking: {
      dnsDomain: 'cluster.local',
      podSubnet: flagValue(flags, 'cluster-cidr'),
      serviceSubnet: flagValue(flags, 'service-cluster-ip-range'),
    },
  };
  await api.post('/api/v1/namespaces/kube-system/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
    data: { ClusterConfiguration: dump(configuration, { skipInvalid: true }) },
  });
}
