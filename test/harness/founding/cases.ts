import { setTimeout as sleep } from 'node:timers/promises';
import { component } from '../../../scripts/components/build.ts';
import { until } from '../../../scripts/lib/processes.ts';
import type { ControlPlane } from '../control-plane.ts';
import { leaseValue, startEtcd } from '../flannel/etcd.ts';
import { createNodes, node, pod } from '../node.ts';
import { runPodcidr } from '../program.ts';
import { createReplicaSet } from '../replicas.ts';
import { createDaemonSet, FLANNEL_SET, installKubeadm } from './kubeadm.ts';

/** A new node has a minute to get its subnet before it is called missing. */
const GRACE_MS = 61_000;

/** What a case has beside the plane. */
export interface Surroundings {
  /** Programs for the shell, by name. */
  tools?: Record<string, string>;
  /** What a document writes otherwise. */
  names?: [real: string, written: string][];
  stop?(): void | Promise<void>;
}

/** One of the cases that operators met. */
export interface FoundingCase {
  /** Flags of kube-controller-manager with which the plane starts. */
  flags: string[];
  /** Leads the plane to where somebody asks what is wrong. */
  breaks(plane: ControlPlane): Promise<Surroundings | undefined>;
  /** What the hosts do after a command, which a plane has not. */
  follows?(plane: ControlPlane, command: string): Promise<void>;
  /** Edits what `kubectl edit` opens. */
  editor?: string;
}

const worker = (name: string, podCIDR: string) => node(name, { podCIDRs: [podCIDR], flannel: true });

/** The cluster CIDR was widened with host bits; nodes share subnets, and the next node got one that flannel does not know. */
const changedClusterCIDR: FoundingCase = {
  flags: ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24'],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.244.0.0/16', proxy: '10.244.0.0/16' });
    await createNodes(plane.api, [worker('worker1', '10.244.31.0/24'), worker('worker32', '10.244.32.0/24')]);
    // Of two the younger one moves.
    await sleep(1_100);
    await createNodes(plane.api, [worker('worker289', '10.244.31.0/24'), worker('worker290', '10.244.32.0/24')]);
    await plane.controllerManager(['--cluster-cidr=10.244.0.0/12', '--node-cidr-mask-size=24']);
    await createNodes(plane.api, [node('worker291', { flannel: true })]);
    return undefined;
  },
};

/** kubeadm init without --pod-network-cidr: nobody hands out subnets. */
const notAssigned: FoundingCase = {
  flags: ['--allocate-node-cidrs=false', '--cluster-cidr='],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.244.0.0/16', proxy: '' });
    await Promise.all(['worker-1', 'worker-2'].map((name) => plane.api.post('/api/v1/nodes', node(name))));
    await sleep(GRACE_MS);
    return undefined;
  },
  editor: `sed -i -e '/podSubnet:/d' -e 's|^\\( *\\)serviceSubnet:|\\1podSubnet: 10.244.0.0/16\\n&|'`,
};

/** A node that came back keeps pods of its earlier life; flannel took the interface of the machines' NAT. */
const earlierLife: FoundingCase = {
  flags: [],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.244.0.0/16', proxy: '10.244.0.0/16' });
    await createNodes(
      plane.api,
      ['1', '2', '3'].map((number) =>
        node(`worker-${number}`, {
          address: `192.0.2.1${number}`,
          podCIDRs: [`10.244.${number}.0/24`],
          flannel: true,
          annotations: { [PUBLIC_IP]: number === '2' ? '192.0.2.12' : '10.0.2.15' },
        }),
      ),
    );
    await runPods(plane, { 'web-1': 'worker-2', 'web-2': 'worker-1', 'web-3': 'worker-3' });
    await giveAddress(plane, 'web-1', '10.244.9.7');
    return undefined;
  },
  async follows({ api }, command) {
    if (!command.includes('FLANNELD_IFACE_REGEX')) return;
    for (const number of [1, 3]) {
      const annotations = { [PUBLIC_IP]: `192.0.2.1${number}` };
      await api.patch(`/api/v1/nodes/worker-${number}`, { metadata: { annotations } });
    }
  },
};

const PUBLIC_IP = 'flannel.alpha.coreos.com/public-ip';

/** A machine that is gone left its lease in flannel's etcd, and another one has its MAC now. */
const withEtcd: FoundingCase = {
  flags: [],
  async breaks(plane) {
    const etcd = await startEtcd({ flags: ['--unsafe-no-fsync'] });
    const putLease = (subnet: string, publicIP: string, mac: string, seconds: number) =>
      etcd.put(`/coreos.com/network/subnets/${subnet}`, leaseValue(publicIP, mac), seconds);
    await createNodes(
      plane.api,
      [1, 2].map((number) => node(`host-${number}`, { address: `192.0.2.2${number}` })),
    );
    await createDaemonSet(plane, {
      namespace: 'kube-system',
      ...FLANNEL_SET,
      args: ['--ip-masq', `--etcd-endpoints=${etcd.url}`],
    });
    await putLease('10.5.10.0-24', '192.0.2.21', 'ba:00:00:00:00:01', 80_000);
    await putLease('10.5.20.0-24', '192.0.2.22', 'ba:00:00:00:00:02', 80_000);
    await putLease('10.5.34.0-24', '192.0.2.66', 'ba:00:00:00:00:02', 3_000);
    const { url, stop } = etcd;
    return {
      tools: { etcdctl: await component('etcd', 'etcdctl') },
      names: [[url, 'http://192.0.2.9:2379']],
      stop,
    };
  },
};

/** The nodes were moved to another cluster CIDR by hand, but for one; the settings followed in some places only. */
const fleetMove: FoundingCase = {
  flags: ['--cluster-cidr=10.200.0.0/16'],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.200.0.0/16', proxy: '10.244.0.0/16' });
    const path = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';
    const { data = {} } = await plane.api.get(path);
    const forgotten = data.ClusterConfiguration?.replace('10.200.0.0/16', '10.244.0.0/16');
    await plane.api.patch(path, { data: { ClusterConfiguration: forgotten } });
    await createNodes(plane.api, [worker('worker-1', '10.200.1.0/24'), worker('worker-3', '10.200.3.0/24')]);
    await runPods(plane, { 'web-1': 'worker-1', 'web-2': 'worker-3' });
    await giveAddress(plane, 'web-1', '10.244.1.4');
    await plane.controllerManager('stop');
    await createNodes(plane.api, [worker('worker-2', '10.244.2.0/24')]);
    // They have been Ready for long; kube-controller-manager, which would take admission's taint off, is away.
    for (const name of ['worker-1', 'worker-2', 'worker-3'])
      await plane.api.patch(`/api/v1/nodes/${name}`, { spec: { taints: null } });
    await startsInVain(plane);
    return undefined;
  },
  async follows({ kubeconfig }, command) {
    if (!command.includes(' reassign ')) return;
    // The last failure is a moment ago.
    const args = ['validate', '--only=ControllerManagerDown'];
    const works = async () => (await runPodcidr(args, { kubeconfig })).code === 0;
    if (!(await until(works, 150_000, 2_000))) throw new Error('kube-controller-manager does not come back');
  },
};

/** With a Node outside its cluster CIDR kube-controller-manager ends at each start. */
async function startsInVain(plane: ControlPlane): Promise<void> {
  await plane.controllerManager(['--cluster-cidr=10.200.0.0/16']).catch(() => undefined);
  const path = `/api/v1/namespaces/kube-system/pods/kube-controller-manager-${plane.node}`;
  // Its mirror pod is away for a moment, as a kubelet replaces one whose manifest has changed.
  const fails = async () => JSON.stringify((await plane.api.find(path)) ?? {}).includes('"exitCode":1');
  if (!(await until(fails, 60_000))) throw new Error('kube-controller-manager does not fail');
}

async function runPods({ api }: ControlPlane, pods: Record<string, string>): Promise<void> {
  for (const [name, host] of Object.entries(pods)) {
    const metadata = { name, labels: { app: 'web' } };
    await api.post('/api/v1/namespaces/default/pods', pod(name, host, { metadata }));
  }
  const run = async () => {
    const found = await api.list('/api/v1/namespaces/default/pods');
    return found.every(({ status }) => status?.podIP !== undefined);
  };
  if (!(await until(run, 30_000))) throw new Error('the pods do not run');
  await adopt(api, Object.keys(pods).length);
}

/** Gives the pods a ReplicaSet, as a Deployment would have made them: who deletes one gets another. */
async function adopt(api: ControlPlane['api'], replicas: number): Promise<void> {
  await createReplicaSet(api, replicas);
  const owned = async () => {
    const found = await api.list('/api/v1/namespaces/default/pods');
    return found.length === replicas && found.every(({ metadata }) => metadata.ownerReferences !== undefined);
  };
  if (!(await until(owned, 30_000))) throw new Error('the pods are not adopted');
}

/** As a pod keeps it from before its node's subnet changed. */
async function giveAddress({ api }: ControlPlane, name: string, ip: string): Promise<void> {
  await api.patch(`/api/v1/namespaces/default/pods/${name}/status`, { status: { podIP: ip, podIPs: [{ ip }] } });
}

export const FOUNDING_CASES: Record<string, FoundingCase> = {
  '1-changed-cluster-cidr': changedClusterCIDR,
  '2-pod-cidr-not-assigned': notAssigned,
  '3-earlier-life': earlierLife,
  '4-flannel-with-etcd': withEtcd,
  '5-fleet-move': fleetMove,
};
