import type { Api } from '../clusters/api.ts';
import type { KubeObject } from '../clusters/kube-object.ts';
import { flannelImageName } from './images.ts';
import type { Backend, LabPlan } from './lab-files.ts';
import { SWITCH } from './network.ts';

/** The pods' networks: flannel's Network, and the cluster CIDR. */
export const POD_NETWORK = { ipv4: '10.244.0.0/16', ipv6: 'fd00:10:244::/56' };

const NAMESPACE = 'kube-flannel';
const LABELS = { tier: 'node', app: 'flannel', 'k8s-app': 'flannel' };

const BACKENDS: Record<Backend, unknown> = {
  vxlan: { Type: 'vxlan' },
  'host-gw': { Type: 'host-gw' },
  direct: { Type: 'vxlan', DirectRouting: true },
};

/** The ConfigMap's documents: how pods are attached, how nodes reach each other. */
function configuration(plan: LabPlan): Record<string, string> {
  const conflist = {
    name: 'cbr0',
    cniVersion: '0.3.1',
    plugins: [
      { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
  const network = {
    Network: POD_NETWORK.ipv4,
    ...(plan.dualStack && { EnableIPv6: true, IPv6Network: POD_NETWORK.ipv6 }),
    EnableNFTables: false,
    Backend: BACKENDS[plan.backend],
  };
  return { 'cni-conf.json': JSON.stringify(conflist, null, 2), 'net-conf.json': JSON.stringify(network, null, 2) };
}

/** The project's DaemonSet; without kube-proxy flannel is told where the API server is. It keeps off nodes without a kubelet. */
function daemonSet(plan: LabPlan): KubeObject {
  const image = flannelImageName(plan.flannel);
  const mount = (name: string, mountPath: string) => ({ name, mountPath });
  const hostPath = (name: string, path: string, type?: string) => ({ name, hostPath: { path, ...(type && { type }) } });
  const fromField = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const installer = (name: string, from: string, to: string, ...mounts: unknown[]) => ({
    name,
    image,
    command: ['cp', '-f', from, to],
    volumeMounts: mounts,
  });
  const onWorkers = { key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-flannel-ds', namespace: NAMESPACE, labels: LABELS },
    spec: {
      selector: { matchLabels: { app: 'flannel' } },
      template: {
        metadata: { labels: LABELS },
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [onWorkers] }],
              },
            },
          },
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
          serviceAccountName: 'flannel',
          terminationGracePeriodSeconds: 5,
          initContainers: [
            installer('install-cni-plugin', '/flannel', '/opt/cni/bin/flannel', mount('cni-plugin', '/opt/cni/bin')),
            installer(
              'install-cni',
              '/etc/kube-flannel/cni-conf.json',
              '/etc/cni/net.d/10-flannel.conflist',
              mount('cni', '/etc/cni/net.d'),
              mount('flannel-cfg', '/etc/kube-flannel/'),
            ),
          ],
          containers: [
            {
              name: 'kube-flannel',
              image,
              command: ['/opt/bin/flanneld'],
              args: ['--ip-masq', '--kube-subnet-mgr'],
              securityContext: { privileged: false, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
              env: [
                fromField('POD_NAME', 'metadata.name'),
                fromField('POD_NAMESPACE', 'metadata.namespace'),
                { name: 'EVENT_QUEUE_DEPTH', value: '5000' },
                { name: 'CONT_WHEN_CACHE_NOT_READY', value: 'false' },
                { name: 'KUBERNETES_SERVICE_HOST', value: SWITCH.ipv4 },
                { name: 'KUBERNETES_SERVICE_PORT', value: String(plan.port) },
              ],
              volumeMounts: [
                mount('run', '/run/flannel'),
                mount('flannel-cfg', '/etc/kube-flannel/'),
                mount('xtables-lock', '/run/xtables.lock'),
              ],
            },
          ],
          volumes: [
            hostPath('run', '/run/flannel'),
            hostPath('cni-plugin', '/opt/cni/bin'),
            hostPath('cni', '/etc/cni/net.d'),
            { name: 'flannel-cfg', configMap: { name: 'kube-flannel-cfg' } },
            hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
          ],
        },
      },
    },
  };
}

/** Installs flannel as its manifest does. */
export async function installFlannel(api: Api, plan: LabPlan): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const named = (kind: string, apiVersion: string) => ({ apiVersion, kind, metadata: { name: 'flannel' } });
  const account = { kind: 'ServiceAccount', name: 'flannel', namespace: NAMESPACE };
  await api.post('/api/v1/namespaces', {
    metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  });
  await api.post(`${rbac}/clusterroles`, {
    ...named('ClusterRole', 'rbac.authorization.k8s.io/v1'),
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
    ],
  });
  await api.post(`${rbac}/clusterrolebindings`, {
    ...named('ClusterRoleBinding', 'rbac.authorization.k8s.io/v1'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flannel' },
    subjects: [account],
  });
  await api.post(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, named('ServiceAccount', 'v1'));
  await api.post(`/api/v1/namespaces/${NAMESPACE}/configmaps`, {
    metadata: { name: 'kube-flannel-cfg', labels: LABELS },
    data: configuration(plan),
  });
  await api.post(`/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`, daemonSet(plan));
}
