import type { CatalogueEntry } from '../../model/catalogue.ts';
import { MISMATCH_HARM } from '../settings/mismatch-harm.ts';

/** Of flags and configurations. */
export const SETTING_ENTRIES = {
  SubnetOutsideCNINetwork: {
    severity: 'error',
    title: "a node's subnet is outside flannel's Network",
    meaning:
      "The Network (IPv6Network) of flannel's net-conf.json does not contain the node's subnet, though it contains the cluster CIDR. Where it does not, ClusterCIDRMismatch is the finding.",
    harm: 'flannel 0.18 and later exits on the node and restarts for ever; older ones accept it, and their rules leave the subnet out.',
    cure: '`kubectl podcidr reassign NODE` gives it a subnet inside, or widen Network and restart flannel.',
    origin: 'flannel pkg/subnet/kube/kube.go:AcquireLease: containsCIDR(Network, podCIDR).',
  },
  AllocationDisabled: {
    severity: 'warning; for information when every node has a subnet',
    title: 'nobody hands out subnets',
    meaning:
      'kube-controller-manager runs without --allocate-node-cidrs=true, and no other component is seen that hands out subnets (node-ipam-controller, antrea-controller, a cloud-controller-manager of Azure or Google).',
    harm: 'A node that joins gets no subnet: flannel stops with `pod cidr not assigned`.',
    cure: 'Set --allocate-node-cidrs=true and --cluster-cidr of kube-controller-manager. Until then `kubectl podcidr reassign NODE` gives a node its subnet.',
    origin: 'kubeadm init without --pod-network-cidr leaves both flags out.',
  },
  ClusterCIDRMismatch: {
    severity: 'error for replicas and flannel, warning for kube-proxy and kubeadm-config',
    title: 'places disagree about the cluster CIDR',
    meaning:
      "Replicas of kube-controller-manager have different flags; or flannel's Network does not contain the cluster CIDR (a larger one is right); or kube-proxy's clusterCIDR, or kubeadm-config's podSubnet and node masks, are others. One finding a place.",
    harm: MISMATCH_HARM,
    cure: 'Change the place that is wrong, and restart what reads it; the remedy has the command.',
    origin: 'A cluster CIDR that was changed in one place and forgotten in another.',
  },
  ControllerManagerDown: {
    severity: 'error',
    title: 'kube-controller-manager does not work',
    meaning:
      'Its lease has not been renewed for more than four times its duration, or a replica starts again and again. Its log is read for the cause. Without a lease nothing is said.',
    harm: 'No node gets a subnet, no taint is taken away, no pod of a dead node is replaced.',
    cure: 'By the cause: most often a node whose subnet is outside --cluster-cidr (`kubectl podcidr validate --only=SubnetOutsideClusterCIDR`), or flags that contradict each other.',
    origin:
      'pkg/controller/nodeipam/ipam/range_allocator.go: any Node that cannot be marked ends the process at each start.',
  },
  AllocatorsConflict: {
    severity: 'error',
    title: 'two components hand out subnets',
    meaning:
      'kube-controller-manager hands out subnets, and so does another: node-ipam-controller (ClusterCIDR objects), antrea-controller (nodeIPAM), or the cloud-controller-manager of Azure or Google (--allocate-node-cidrs).',
    harm: 'Neither knows what the other gave: nodes come to share subnets.',
    cure: 'Leave it to one: --allocate-node-cidrs=false for kube-controller-manager, or take the other away.',
    origin: 'antrea docs/antrea-ipam.md; kubermatic/kubeone#2104; gardener/gardener-extension-provider-gcp#937.',
  },
  CNIIgnoresPodCIDR: {
    severity: 'info',
    title: 'the CNI gives out addresses without spec.podCIDR',
    meaning:
      'Every CNI that runs takes the addresses of pods from elsewhere (calico with its own IPAM, cilium with ipam other than kubernetes, the CNIs of clouds), or most pods of most nodes have addresses outside their subnet and no CNI that follows spec.podCIDR is seen. Nothing else is judged then.',
    harm: 'None: the subnets of nodes are not used. reassign refuses to change them.',
    cure: "Look into the CNI's own address management.",
    origin: "The CNI's configuration: DaemonSet, cilium-config, calico-config.",
  },
} as const satisfies Record<string, CatalogueEntry>;
