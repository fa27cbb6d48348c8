import type { ControlPlane } from '../control-plane.ts';

const FLANNEL = 'kube-flannel';

/**
 * What `kubeadm init` and flannel's manifest leave in a cluster, as far as anybody looks at it: DaemonSets and their ConfigMaps. A
 * plane has no scheduler, so their pods wait.
 */
export async function installKubeadm(plane: ControlPlane, cidrs: { flannel: string; proxy: string }): Promise<void> {
  const { api } = plane;
  await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: FLANNEL } });
  await createConfigMap(plane, FLANNEL, 'kube-flannel-cfg', {
    'net-conf.json': `{\n  "Network": "${cidrs.flannel}",\n  "EnableNFTables": false,\n  "Backend": {\n    "Type": "vxlan"\n  }\n}\n`,
  });
  await createConfigMap(plane, 'kube-system', 'kube-proxy', {
    'config.conf': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: "${cidrs.proxy}"\nmode: ""\n`,
  });
  await createDaemonSet(plane, { namespace: FLANNEL, args: ['--ip-masq', '--kube-subnet-mgr'], ...FLANNEL_SET });
  await createDaemonSet(plane, {
    namespace: 'kube-system',
    name: 'kube-proxy',
    container: 'kube-proxy',
    labels: { 'k8s-app': 'kube-proxy' },
    args: [],
  });
}

/** flannel's DaemonSet by its manifest. */
export const FLANNEL_SET = { name: 'kube-flannel-ds', container: 'kube-flannel', labels: { app: 'flannel' } };

async function createConfigMap(
  { api }: ControlPlane,
  namespace: string,
  name: string,
  data: Record<string, string>,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  await api.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

interface DaemonSetWish {
  namespace: string;
  name: string;
  container: string;
  labels: Record<string, string>;
  args: string[];
}

export async function createDaemonSet(
  { api }: ControlPlane,
  { namespace, name, container, labels, args }: DaemonSetWish,
): Promise<void> {
  const spec = {
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: 0,
    containers: [{ name: container, image: 'example.org/none:1', args }],
  };
  await api.post(`/apis/apps/v1/namespaces/${namespace}/daemonsets`, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
}
