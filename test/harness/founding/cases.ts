import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../scripts/lib/processes.ts';
import type { ControlPlane } from '../control-plane.ts';
import { createNodes, node, pod } from '../node.ts';
import { installKubeadm } from './kubeadm.ts';

/** A new node has a minute to get its subnet before it is called missing. */
const GRACE_MS = 61_000;

/** One of the cases that operators met. */
export interface FoundingCase {
  /** Flags of kube-controller-manager with which the plane starts. */
  flags: string[];
  /** Leads the plane to where somebody asks what is wrong. */
  breaks(plane: ControlPlane): Promise<void>;
}

const worker = (name: string, podCIDR: string) => node(name, { podCIDRs: [podCIDR], flannel: true });

/** The cluster CIDR was widened with host bits; nodes share subnets, and the next node got one that flannel does not know. */
const changedClusterCIDR: FoundingCase = {
  flags: ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24'],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.244.0.0/16', proxy: '10.244.0.0/16' });
    await createNodes(plane.api, [worker('worker1', '10.244.31.0/24'), worker('worker32', '10.244.32.0/24')]);
    await createNodes(plane.api, [worker('worker289', '10.244.31.0/24'), worker('worker290', '10.244.32.0/24')]);
    await plane.controllerManager(['--cluster-cidr=10.244.0.0/12', '--node-cidr-mask-size=24']);
    await createNodes(plane.api, [node('worker291', { flannel: true })]);
  },
};

/** kubeadm init without --pod-network-cidr: nobody hands out subnets. */
const notAssigned: FoundingCase = {
  flags: ['--allocate-node-cidrs=false', '--cluster-cidr='],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.244.0.0/16', proxy: '' });
    await Promise.all(['worker-1', 'worker-2'].map((name) => plane.api.post('/api/v1/nodes', node(name))));
    await sleep(GRACE_MS);
  },
};

/** A node that came back keeps pods of its earlier life; flannel took the interface of the machines' NAT. */
const earlierLife: FoundingCase = {
  flags: [],
  async breaks(plane) {
    await installKubeadm(plane, { flannel: '10.244.0.0/16', proxy: '10.244.0.0/16' });
    const nat = { 'flannel.alpha.coreos.com/public-ip': '10.0.2.15' };
    await createNodes(plane.api, [
      node('worker-1', { podCIDRs: ['10.244.1.0/24'], flannel: true, annotations: nat }),
      node('worker-2', { podCIDRs: ['10.244.2.0/24'], flannel: true }),
      node('worker-3', { podCIDRs: ['10.244.3.0/24'], flannel: true, annotations: nat }),
    ]);
    await createNodesPods(plane, { 'web-1': 'worker-2', 'web-2': 'worker-1', 'web-3': 'worker-3' });
    await giveAddress(plane, 'web-1', '10.244.9.7');
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
    await createNodesPods(plane, { 'web-1': 'worker-1', 'web-2': 'worker-3' });
    await giveAddress(plane, 'web-1', '10.244.1.4');
    await plane.controllerManager('stop');
    await createNodes(plane.api, [worker('worker-2', '10.244.2.0/24')]);
  },
};

async function createNodesPods({ api }: ControlPlane, pods: Record<string, string>): Promise<void> {
  for (const [name, host] of Object.entries(pods)) await api.post('/api/v1/namespaces/default/pods', pod(name, host));
  const run = async () => {
    const found = await api.list('/api/v1/namespaces/default/pods');
    return found.every(({ status }) => status?.podIP !== undefined);
  };
  if (!(await until(run, 30_000))) throw new Error('the pods do not run');
}

/** As a pod keeps it from before its node's subnet changed. */
async function giveAddress({ api }: ControlPlane, name: string, ip: string): Promise<void> {
  await api.patch(`/api/v1/namespaces/default/pods/${name}/status`, { status: { podIP: ip, podIPs: [{ ip }] } });
}

export const FOUNDING_CASES: Record<string, FoundingCase> = {
  '1-changed-cluster-cidr': changedClusterCIDR,
  '2-pod-cidr-not-assigned': notAssigned,
  '3-earlier-life': earlierLife,
  '5-fleet-move': fleetMove,
};
