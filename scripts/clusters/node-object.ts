import { createHash } from 'node:crypto';
import type { Condition, KubeObject, Taint } from './kube-object.ts';

export interface NodeOptions {
  podCIDRs?: string[];
  /** Default: an address of 192.0.2.0/24 and on made from the name's digits. */
  address?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  taints?: Taint[];
  /** Status of the Ready condition; default True. */
  ready?: 'True' | 'False' | 'Unknown';
  /** Capacity in pods; default 110. */
  pods?: number;
  /** Default v1.36.3. */
  kubeletVersion?: string;
  /** Adds the annotations that flannel's vxlan backend writes. */
  flannel?: boolean;
  finalizers?: string[];
}

/** Stable pseudo-random hexadecimal digits: the same name always makes the same machine. */
function digits(name: string, purpose: string, count: number): string {
  return createHash('sha256').update(`${purpose} ${name}`).digest('hex').slice(0, count);
}

function uuid(name: string, purpose: string): string {
  const hex = digits(name, purpose, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** 192.168.N/256.N%256 by the number in the name, a made-up host otherwise: outside of every range that tests use. */
function addressOf(name: string): string {
  const number = Number(
    /(\d+)$/.exec(name)?.[1] ?? 20_000 + (Number.parseInt(digits(name, 'address', 6), 16) % 40_000),
  );
  return `192.168.${Math.floor(number / 250) % 256}.${(number % 250) + 1}`;
}

/** What flannel writes on its node with the vxlan backend: a MAC of its own, its address. */
function flannelAnnotations(name: string, address: string): Record<string, string> {
  const mac = ['5e', ...(digits(name, 'vtep', 10).match(/../g) ?? [])].join(':');
  return {
    'flannel.alpha.coreos.com/backend-data': `{"VNI":1,"VtepMAC":"${mac}"}`,
    'flannel.alpha.coreos.com/backend-type': 'vxlan',
    'flannel.alpha.coreos.com/kube-subnet-manager': 'true',
    'flannel.alpha.coreos.com/public-ip': address,
  };
}

/** The conditions a kubelet reports, with fresh heartbeats. */
export function nodeConditions(ready: 'True' | 'False' | 'Unknown', now: string): Condition[] {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  const readyReason = ready === 'True' ? 'KubeletReady' : ready === 'False' ? 'KubeletNotReady' : 'NodeStatusUnknown';
  const readyMessage = ready === 'True' ? 'kubelet is posting ready status' : 'container runtime network not ready';
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', ready, readyReason, readyMessage),
  ];
}

/** A Node as a kubelet registers it on a kubeadm cluster, ready to be posted: status is kept by a POST. */
export function nodeObject(name: string, options: NodeOptions = {}): KubeObject {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const address = options.address ?? addressOf(name);
  const version = options.kubeletVersion ?? 'v1.36.3';
  const size = {
    cpu: '4',
    'ephemeral-storage': '101430960Ki',
    'hugepages-2Mi': '0',
    pods: String(options.pods ?? 110),
  };
  const [podCIDR] = options.podCIDRs ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...options.labels,
      },
      annotations: {
        'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///var/run/containerd/containerd.sock',
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        ...(options.flannel && flannelAnnotations(name, address)),
        ...options.annotations,
      },
      ...(options.finalizers && { finalizers: options.finalizers }),
    },
    spec: {
      ...(podCIDR !== undefined && options.podCIDRs && { podCIDR, podCIDRs: options.podCIDRs }),
      ...(options.taints && { taints: options.taints }),
    },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      capacity: { ...size, memory: '16393244Ki' },
      allocatable: { ...size, memory: '16290844Ki' },
      conditions: nodeConditions(options.ready ?? 'True', now),
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: uuid(name, 'boot'),
        containerRuntimeVersion: 'containerd://1.6.20',
        kernelVersion: '6.1.0-13-amd64',
        kubeProxyVersion: version,
        kubeletVersion: version,
        machineID: digits(name, 'machine', 32),
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        systemUUID: uuid(name, 'system'),
      },
    },
  };
}
