import { cgroupRoot } from './cgroups.ts';
import type { LabPlan, Machine } from './lab-files.ts';
import { addressesOf } from './network.ts';

/** Name of the image that pods of the lab and their sandboxes run. */
export const POD_IMAGE = 'localhost/pod:1';

/** containerd's configuration; without CAP_SYS_RESOURCE it may not ask for a lower oom score than its own. */
export const CONTAINERD_CONFIG: string = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${POD_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
`;

/**
 * KubeletConfiguration. Anyone may ask the kubelet: only what is on the lab's switch can. It evicts nobody for the host's
 * full disk, and keeps no cgroup but those of its own root.
 */
export function kubeletConfig(id: string, machine: Machine) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroupRoot(id, machine.name),
    cgroupsPerQOS: true,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    enforceNodeAllocatable: [],
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'memory.available': '1Mi' },
    failCgroupV1: false,
    failSwapOn: false,
    imageGCHighThresholdPercent: 100,
    oomScoreAdj: 0,
    registerNode: true,
    staticPodPath: '/etc/kubernetes/manifests',
  };
}

/** The kubelet's flags, its paths given. */
export function kubeletFlags(plan: LabPlan, machine: Machine, config: string, kubeconfig: string): string[] {
  const { ipv4, ipv6 } = addressesOf(machine.number);
  return [
    `--config=${config}`,
    `--hostname-override=${machine.name}`,
    `--kubeconfig=${kubeconfig}`,
    `--node-ip=${plan.dualStack ? `${ipv4},${ipv6}` : ipv4}`,
    '--v=2',
  ];
}
