import type { CatalogueEntry } from '../../model/catalogue.ts';

/** Of nodes beside their subnet, of what belongs to them, and of what happened. */
export const NODE_ENTRIES = {
  NodeAddressDuplicate: {
    severity: 'error',
    title: 'nodes have one address',
    meaning: 'Two or more Nodes have the same InternalIP. Virtual nodes are not judged. One finding an address.',
    harm: 'Routes to both lead to one machine: the pods, logs and probes of the other cannot be reached.',
    cure: 'Give each machine an address of its own; where machines have several (a NAT address of the same text), give each kubelet its --node-ip.',
    origin: 'Copied machines, DHCP, or the first interface of Vagrant boxes (10.0.2.15).',
  },
  MachineIDDuplicate: {
    severity: 'warning',
    title: 'nodes are copies of one disk',
    meaning: 'Two or more Nodes have the same status.nodeInfo.machineID. One finding a machine id.',
    harm: "systemd makes the MAC addresses of virtual devices from it: flannel's devices get equal ones, and peers send to one of them alone. DHCP gives both one address.",
    cure: 'One copy after another: `kubectl drain NODE --ignore-daemonsets`, there `rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup && reboot`, and when it is Ready `kubectl uncordon NODE`.',
    origin: 'A template that was not cleaned before it was cloned; systemd.link MACAddressPolicy=persistent.',
  },
  NodeTaintStuck: {
    severity: 'warning',
    title: 'a taint stayed although its reason is over',
    meaning:
      'The node has been Ready for a minute and is still tainted not-ready or unreachable, or its NetworkUnavailable condition is False and it is still tainted network-unavailable.',
    harm: 'Nothing is scheduled to the node; with NoExecute its pods are evicted.',
    cure: '`kubectl taint nodes NODE KEY-`.',
    origin:
      'pkg/controller/nodelifecycle/node_lifecycle_controller.go: a pass that fails is not repeated while the condition stays.',
  },
  NetworkUnavailable: {
    severity: 'warning',
    title: 'a node says that its network is not set up',
    meaning: 'The condition NetworkUnavailable has been True for two minutes.',
    harm: 'The node is tainted network-unavailable: nothing is scheduled to it.',
    cure: '`kubectl describe node NODE` has the reason: a cloud that made no route, or a CNI that has not started there.',
    origin: "Set by the cloud's route controller and by CNIs; flannel sets it to False when it starts.",
  },
  AllocationFailed: {
    severity: 'warning',
    title: 'a node asked for a subnet in vain',
    meaning: 'Events CIDRNotAvailable or CIDRAssignmentFailed of the last hour, for a node that has no subnet now.',
    harm: 'The node waits; the allocator tries again only when it, or its queue, starts anew.',
    cure: 'Make room in the cluster CIDR, then `kubectl podcidr reassign NODE`.',
    origin: 'pkg/controller/nodeipam/ipam/range_allocator.go:AllocateOrOccupyCIDR, updateCIDRsAllocation.',
  },
  DependentUnowned: {
    severity: 'warning',
    title: 'a Lease or CSINode lost its Node',
    meaning:
      'A Lease in kube-node-lease or a CSINode bears the name of a node that is not there, or a CSINode is not owned by the Node that is.',
    harm: 'Nobody removes it with its Node; a CSINode that nobody owns keeps stale drivers, one of a former Node is deleted by the garbage collector while it is needed.',
    cure: 'Delete what was left behind; give a CSINode its owner back. The remedy has the commands.',
    origin: 'A Node deleted with --cascade=orphan, or deleted and created again by hand.',
  },
} as const satisfies Record<string, CatalogueEntry>;
