import type { CatalogueEntry } from '../model/catalogue.ts';
import { FLANNEL_ENTRIES } from './catalogue/flannel.ts';
import { NODE_ENTRIES } from './catalogue/nodes.ts';
import { POD_ENTRIES } from './catalogue/pods.ts';
import { SETTING_ENTRIES } from './catalogue/settings.ts';

/** What the API tells alone: `validate` and `list` find it. */
export const CLUSTER_CATALOGUE = {
  SubnetMissing: {
    severity: 'error; warning when no CNI that follows spec.podCIDR is recognised',
    title: 'a node has no pod subnet',
    meaning:
      'spec.podCIDR and spec.podCIDRs are empty. Not judged: virtual nodes, nodes that are being deleted, nodes younger than 60 s.',
    harm: "flannel stops with `pod cidr not assigned` and restarts for ever; the node's pods stay in ContainerCreating.",
    cure: '`kubectl podcidr reassign NODE` gives it a free subnet. So that it does not come again: kube-controller-manager needs --allocate-node-cidrs=true and a --cluster-cidr with room.',
    origin:
      'kube-controller-manager does not allocate, or the cluster CIDR is exhausted (event CIDRNotAvailable, pkg/controller/nodeipam/ipam/range_allocator.go).',
  },
  SubnetMalformed: {
    severity: 'error',
    title: "a node's subnet is malformed",
    meaning:
      'The text is no CIDR, has host bits or leading zeros, podCIDR is not podCIDRs[0], or two subnets are of one family.',
    harm: 'Readers disagree: one masks host bits, another reads 010 as eight, flannel reads podCIDR alone. What cannot be read stops kube-controller-manager at its next start.',
    cure: '`kubectl podcidr reassign NODE` gives it a well-written free subnet.',
    origin:
      'Mostly a YAML edited by hand. The API server checks only loosely (pkg/apis/core/validation/validation.go:ValidateNode).',
  },
  SubnetDuplicate: {
    severity: 'error',
    title: 'nodes share one subnet',
    meaning: 'Two or more nodes have the same pod subnet. One finding per subnet, naming all its nodes.',
    harm: 'Pods on these nodes get equal addresses; all other nodes route the subnet to one of them, and the pods of the others are unreachable.',
    cure: 'Move all but one: `kubectl podcidr reassign NODE…`. The control-plane node keeps the subnet, otherwise the oldest node.',
    origin:
      'The range allocator keeps one bit per subnet and no count: a changed --cluster-cidr or node mask clears bits that are in use (kubernetes#127792). flannel takes twins for one lease; the last event wins.',
  },
  SubnetOverlap: {
    severity: 'error',
    title: "nodes' subnets of different sizes overlap",
    meaning: 'Unequal subnets of different nodes share addresses. One finding per group, twins included.',
    harm: 'The longer prefix wins in every routing table: pods in the shorter one become unreachable wherever the two overlap.',
    cure: 'Move the nodes whose subnet lies around others: `kubectl podcidr reassign NODE…`.',
    origin: 'A changed --node-cidr-mask-size, or subnets given by hand (kubernetes#70957).',
  },
  SubnetOutsideClusterCIDR: {
    severity: 'error',
    title: "a node's subnet is outside the cluster CIDR",
    meaning:
      'podCIDRs[i] does not lie in the i-th block of --cluster-cidr: it is elsewhere, reaches beyond, stands in the wrong order, or its family is not in the cluster CIDR.',
    harm: 'With --allocate-node-cidrs=true kube-controller-manager refuses its next start, in every version. flannel 0.18 and later exits on such a node.',
    cure: '`kubectl podcidr reassign NODE`; if most nodes are named, --cluster-cidr itself is wrong: set it back. A cluster CIDR with host bits is masked: 10.244.0.0/12 is 10.240.0.0/12.',
    origin:
      'pkg/controller/nodeipam/ipam/range_allocator.go:occupyCIDRs, run for every Node at the start; flannel pkg/subnet/kube/kube.go:AcquireLease.',
  },
  SubnetMaskDiffers: {
    severity: 'warning',
    title: "a node's subnet has another size than the node mask",
    meaning: 'The prefix length of the subnet is not --node-cidr-mask-size (-ipv4, -ipv6).',
    harm: 'The range allocator counts in blocks of one size: it hands out overlaps, and the deletion of such a node can clear bits of others.',
    cure: '`kubectl podcidr reassign NODE`; or set --node-cidr-mask-size back to the size that the nodes have.',
    origin: 'pkg/controller/nodeipam/ipam/cidrset/cidr_set.go; kubernetes#70957.',
  },
  SubnetOverlapsServices: {
    severity: 'error',
    title: "a node's subnet overlaps the service range",
    meaning: 'The subnet shares addresses with --service-cluster-ip-range.',
    harm: 'kube-proxy catches packets to these pods and sends them to a service, or drops them.',
    cure: '`kubectl podcidr reassign NODE`, with a cluster CIDR that is apart from the service range.',
    origin:
      'kube-controller-manager leaves the service range out only when it is told --service-cluster-ip-range (range_allocator.go:filterOutServiceRange).',
  },
  SubnetOverlapsNodeAddress: {
    severity: 'error',
    title: "a node's subnet holds a node's own address",
    meaning: 'An InternalIP or ExternalIP of some node lies in the pod subnet of this node. One finding per subnet.',
    harm: 'Traffic to that node goes to the pod bridge instead: the node, its kubelet or the API server cannot be reached.',
    cure: '`kubectl podcidr reassign NODE`, with a cluster CIDR that is apart from the network of the machines.',
    origin: 'The cluster CIDR was chosen inside the network of the machines; nothing in Kubernetes checks it.',
  },
  SubnetFamilyMissing: {
    severity: 'warning',
    title: 'a node lacks a family of the cluster CIDR',
    meaning:
      'The node has a subnet, but none of a family that --cluster-cidr has. Not judged: virtual nodes, nodes that are being deleted, nodes younger than 60 s.',
    harm: 'Its pods get no address of that family: services of this family do not reach them.',
    cure: '`kubectl podcidr reassign NODE` adds the family.',
    origin:
      'The cluster became dual-stack after the node had joined: podCIDRs of a Node that has one are never extended (pkg/apis/core/validation/validation.go:ValidateNodeUpdate).',
  },
  PoolExhausted: {
    severity: 'error when a node waits for a subnet, else warning',
    title: 'the cluster CIDR has no subnet left',
    meaning:
      'Every block of the node mask size in --cluster-cidr is held by a node or lies under the service range. Not judged where kube-controller-manager hands out no subnets.',
    harm: 'The next node that joins gets no subnet (event CIDRNotAvailable): it is Ready, and its pods never start.',
    cure: 'Remove Nodes whose machine is gone, or widen the cluster CIDR: `kubectl podcidr capacity --nodes=N --max-pods=M` names the flags, `--compare` what they would break.',
    origin:
      'pkg/controller/nodeipam/ipam/cidrset/cidr_set.go:AllocateNext. With two families the one that ends first decides.',
  },
  PoolNearlyExhausted: {
    severity: 'warning',
    title: 'the cluster CIDR has few subnets left',
    meaning: 'At most 2 subnets of a family are free, or fewer than 50 and less than a tenth.',
    harm: 'Soon new nodes get no subnet.',
    cure: 'As for PoolExhausted, while there is time: a cluster CIDR can only be widened with a restart of kube-controller-manager.',
    origin: 'The cluster CIDR and the node mask were chosen for fewer nodes.',
  },
  SubnetTooSmall: {
    severity: 'info',
    title: "a node's subnet is smaller than the node's pods",
    meaning:
      "The subnet has fewer addresses for pods than the node's capacity of pods. Three are for no pod: network, bridge and broadcast address.",
    harm: 'The scheduler fills the node up to its capacity; the last pods stay in ContainerCreating without an address.',
    cure: 'A smaller --max-pods of the kubelet, or a shorter node mask with a new subnet for the node.',
    origin: "The kubelet's maxPods is 110 unless it is set, whatever the subnet holds.",
  },
  SubnetNearlyFull: {
    severity: 'warning',
    title: "a node's subnet has few addresses left",
    meaning:
      "At most 2 addresses are free for further pods, or less than a tenth. Counted are the addresses of the node's own pods.",
    harm: 'New pods on the node stay in ContainerCreating: `no IP addresses available in range set`.',
    cure: 'Move pods elsewhere, or give the node a larger subnet. Addresses that the CNI has kept of dead pods are freed on the node alone.',
    origin: 'More pods than the subnet has room for; see SubnetTooSmall.',
  },
  ClusterCIDRHostBits: {
    severity: 'warning',
    title: 'the cluster CIDR is written with host bits',
    meaning: '--cluster-cidr does not begin at its own first address: 10.244.0.0/12 is 10.240.0.0/12.',
    harm: 'kube-controller-manager masks it silently and hands out subnets of a range that nobody wrote down; a CNI that was given another range leaves them out.',
    cure: 'Write --cluster-cidr as it is taken, and the CNI alike; nothing moves by that.',
    origin:
      'kube-controller-manager drops the host bits as it reads the flag (cmd/kube-controller-manager/app/core.go:processCIDRs).',
  },
  NodeMaskInvalid: {
    severity: 'error',
    title: 'kube-controller-manager does not start with this node mask',
    meaning:
      'The node mask size is shorter than the prefix of the cluster CIDR, or, of IPv6, more than 16 bits longer. Without a flag it is 24 for IPv4 and 64 for IPv6.',
    harm: 'At its next start kube-controller-manager ends, again and again: no subnets, no garbage collection, no endpoints.',
    cure: 'Set --node-cidr-mask-size (-ipv4, -ipv6), or a cluster CIDR that fits it.',
    origin:
      'pkg/controller/nodeipam/node_ipam_controller.go:NewNodeIpamController and ipam/cidrset/cidr_set.go:NewCIDRSet, which counts at most 2^16 subnets of IPv6.',
  },
  ClusterCIDROverlapsServices: {
    severity: 'warning',
    title: 'the cluster CIDR and the service range overlap',
    meaning: '--cluster-cidr and --service-cluster-ip-range share addresses.',
    harm: 'Subnets under the service range are lost for nodes, or, where kube-controller-manager is not told the range, handed out: kube-proxy then answers for pods.',
    cure: 'Choose the two apart when the cluster is next rebuilt; until then keep kube-controller-manager told of --service-cluster-ip-range.',
    origin: 'pkg/controller/nodeipam/ipam/range_allocator.go:filterOutServiceRange.',
  },
  OperationInterrupted: {
    severity: 'error',
    title: 'an operation of this tool was begun and not finished',
    meaning:
      'The journal in kube-system has an operation that is open, and no process holds its lock. One finding per operation, naming the nodes that are begun and not finished.',
    harm: 'A Node may be absent, without its owned objects, or cordoned. Pods of a Node that is absent for 40 s are deleted.',
    cure: '`kubectl podcidr resume ID` finishes it, `kubectl podcidr rollback ID` takes it back; both work on any machine.',
    origin:
      'The program was killed, lost the server, or stopped at a failure. Pod garbage collection: pkg/controller/podgc/gc_controller.go:quarantineTime.',
  },
  ...SETTING_ENTRIES,
  ...NODE_ENTRIES,
  ...POD_ENTRIES,
  ...FLANNEL_ENTRIES,
} as const satisfies Record<string, CatalogueEntry>;
