import type { CatalogueEntry } from '../../model/catalogue.ts';

/** Of pods. */
export const POD_ENTRIES = {
  PodStray: {
    severity: 'error',
    title: "pods have addresses outside their node's subnet",
    meaning:
      "Running pods on the pod network have an address outside every subnet that their node has of this family. With leases of a flannel in etcd (--flannel-etcd-endpoints) these are the node's subnets. One finding a node. Pods on the host's network, finished and deleted ones are not judged.",
    harm: 'Nobody routes these addresses to the node: the pods are unreachable, and they answer nobody.',
    cure: 'Delete the pods: a pod has one address for life, and a new pod gets a right one. A pod without a controller is created again by nobody: the remedy saves it, and creates it again from what it saved.',
    origin:
      "The node's subnet was changed while they ran, they were made before flannel had written subnet.env anew, or another CNI configuration sorts first in /etc/cni/net.d (flannel#1437).",
  },
  PodAddressDuplicate: {
    severity: 'error',
    title: 'pods have one address',
    meaning:
      'Two running pods on the pod network have the same address. One finding an address. Where the subnets of their nodes overlap, or a pod strays, that is the finding.',
    harm: 'Connections reach the one or the other.',
    cure: 'Delete all but one of them. A pod without a controller is created again by nobody: the remedy saves it, and creates it again from what it saved.',
    origin: 'The files of host-local were lost while pods ran (/var/lib/cni/networks), or two CNIs use one range.',
  },
  PodSandboxFailed: {
    severity: 'error',
    title: 'pods get no network',
    meaning:
      'Pods without an address whose last event FailedCreatePodSandBox has a known text of a CNI. One finding a cause. Where the node has no subnet or its flannel fails, that is the finding.',
    harm: 'They stay in ContainerCreating.',
    cure: 'By the cause: a bridge with an old address is deleted on the node (`ip link del cni0`), and its pods with it, for they lose their network: the first new pod makes the bridge anew; `kubectl podcidr inspect NODE` shows the rest.',
    origin: 'containernetworking/plugins bridge.go:ensureAddr; host-local; the flannel plugin.',
  },
} as const satisfies Record<string, CatalogueEntry>;
