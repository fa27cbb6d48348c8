import type { Api } from '../../scripts/clusters/api.ts';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';

const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const SYSTEM_CONFIG_MAPS = [
  'kube-root-ca.crt',
  'kubeadm-config',
  'extension-apiserver-authentication',
  'kube-apiserver-legacy-service-account-token-tracking',
];

const isBootstrapped = ({ metadata }: KubeObject) => metadata.labels?.['kubernetes.io/bootstrapping'] !== undefined;
const isSystemConfigMap = ({ metadata }: KubeObject) => SYSTEM_CONFIG_MAPS.includes(metadata.name);
const isNobody = () => false;

/** What a test may have made: list path → whether a fresh plane has it too. Namespaced kinds are listed over all namespaces. */
function kinds(ownNode: string): [path: string, isOurs: (object: KubeObject) => boolean][] {
  const own = ({ metadata }: KubeObject) => metadata.name === ownNode;
  return [
    // First what could refuse or undo the rest.
    ['/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', isNobody],
    ['/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', isNobody],
    ['/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', isNobody],
    ['/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', isNobody],
    ['/apis/policy/v1/poddisruptionbudgets', isNobody],
    ['/apis/apps/v1/daemonsets', isNobody],
    ['/apis/apps/v1/deployments', isNobody],
    ['/apis/apps/v1/replicasets', isNobody],
    ['/apis/apps/v1/statefulsets', isNobody],
    ['/api/v1/pods', ({ metadata }) => metadata.name === `kube-controller-manager-${ownNode}`],
    ['/apis/storage.k8s.io/v1/volumeattachments', isNobody],
    ['/api/v1/nodes', own],
    ['/apis/storage.k8s.io/v1/csinodes', own],
    [
      '/apis/coordination.k8s.io/v1/leases',
      ({ metadata: { name, labels } }) =>
        name === ownNode ||
        name === 'kube-controller-manager' ||
        labels?.['apiserver.kubernetes.io/identity'] !== undefined,
    ],
    ['/api/v1/configmaps', isSystemConfigMap],
    ['/api/v1/services', ({ metadata }) => metadata.name === 'kubernetes'],
    ['/apis/rbac.authorization.k8s.io/v1/rolebindings', isBootstrapped],
    ['/apis/rbac.authorization.k8s.io/v1/roles', isBootstrapped],
    ['/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', isBootstrapped],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles', isBootstrapped],
    ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions', isNobody],
    ['/api/v1/events', isNobody],
    ['/api/v1/namespaces', ({ metadata }) => SYSTEM_NAMESPACES.includes(metadata.name)],
  ];
}

/** Path of one object, from the path of the list that it stood in. */
function pathOf(list: string, { metadata: { name, namespace } }: KubeObject): string {
  const kind = list.slice(list.lastIndexOf('/'));
  const group = list.slice(0, list.lastIndexOf('/'));
  return namespace === undefined ? `${list}/${name}` : `${group}/namespaces/${namespace}${kind}/${name}`;
}

async function clearKind(api: Api, list: string, isOurs: (object: KubeObject) => boolean): Promise<void> {
  const answer = await api.request('GET', list);
  // This version does not know the kind.
  if (answer.status === 404) return;
  const items = ((JSON.parse(answer.text) as { items: KubeObject[] | null }).items ?? []).filter(
    (item) => !isOurs(item),
  );
  const now = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, propagationPolicy: 'Background' };
  // Some at a time: a thousand sockets at once would slow the server down.
  for (let first = 0; first < items.length; first += 20) {
    await Promise.all(
      items.slice(first, first + 20).map(async (item) => {
        const path = pathOf(list, item);
        if (item.metadata.finalizers?.length) {
          await api.request('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
        }
        await api.delete(path, now);
      }),
    );
  }
}

/** Removes every object that a fresh plane does not have. The own Node stays as the tests left it. */
export async function clearObjects(api: Api, ownNode: string): Promise<void> {
  for (const [list, isOurs] of kinds(ownNode)) await clearKind(api, list, isOurs);
}
