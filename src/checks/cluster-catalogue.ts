import type { CatalogueEntry } from '../model/catalogue.ts';

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
} as const satisfies Record<string, CatalogueEntry>;
