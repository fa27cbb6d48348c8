import type { Api } from '../../../scripts/clusters/api.ts';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { POD_IMAGE } from '../../../scripts/lab.d/machine-config.ts';
import { until } from '../../../scripts/lib/processes.ts';

const DAEMON_SETS = '/apis/apps/v1/namespaces/default/daemonsets';
const LABEL = 'podcidr-lab-echo';

/** The port on which echo pods tell their names, over TCP and UDP. */
export const ECHO_PORT = 7;

/** A running pod that answers with its own name. */
export interface EchoPod {
  name: string;
  node: string;
  uid: string;
  /** One of each family. */
  addresses: string[];
}

function daemonSet(name: string): KubeObject {
  const fromField = (variable: string, fieldPath: string) => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, [LABEL]: 'yes' } },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              name: 'echo',
              image: POD_IMAGE,
              command: ['perl', '/echo.pl', String(ECHO_PORT)],
              // By the uid a probe finds the pod's process, hence its network.
              env: [fromField('POD_NAME', 'metadata.name'), fromField('POD_UID', 'metadata.uid')],
            },
          ],
        },
      },
    },
  };
}

const asEcho = ({ metadata, spec, status }: KubeObject): EchoPod => ({
  name: metadata.name,
  node: spec?.nodeName ?? '',
  uid: metadata.uid ?? '',
  addresses: (status?.podIPs ?? []).map(({ ip }) => ip),
});

/** All echo pods that run and are not about to end, by node and name. */
export async function echoPods(api: Api): Promise<EchoPod[]> {
  const pods = await api.list(`/api/v1/namespaces/default/pods?labelSelector=${LABEL}`);
  return pods
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running')
    .map(asEcho)
    .filter(({ addresses }) => addresses.length > 0)
    .sort((a, b) => `${a.node} ${a.name}`.localeCompare(`${b.node} ${b.name}`, 'en'));
}

/** Waits until a DaemonSet's pod runs on each of the nodes. */
export async function untilEchoing(api: Api, name: string, nodes: string[], limitMs = 90_000): Promise<void> {
  const missing = async () => {
    const pods = (await echoPods(api)).filter((pod) => pod.name.startsWith(`${name}-`));
    return nodes.filter((node) => !pods.some((pod) => pod.node === node));
  };
  if (await until(async () => (await missing()).length === 0, limitMs, 200)) return;
  throw new Error(`no pod of DaemonSet ${name} runs on ${(await missing()).join(', ')} after ${limitMs / 1000} s`);
}

/** A DaemonSet of echo pods; resolves when one runs on each of the nodes. */
export async function deployEcho(api: Api, name: string, nodes: string[]): Promise<void> {
  await api.post(DAEMON_SETS, daemonSet(name));
  await untilEchoing(api, name, nodes);
}
