import type { CatalogueEntry } from '../../model/catalogue.ts';

/** Of flannel. */
export const FLANNEL_ENTRIES = {
  FlannelAnnotationsMissing: {
    severity: 'error',
    title: "flannel's peers do not know a node",
    meaning:
      "A node on which flannel should run lacks flannel's annotations: kube-subnet-manager, backend-type. Nodes younger than two minutes, without a subnet, or with a flannel that fails are not judged.",
    harm: 'Every other node ignores it and has no route to its pods.',
    cure: 'Restart flannel on the node: it annotates its Node at the start alone.',
    origin:
      'A Node created again without its annotations, or a controller that drops them (rancher#16440); pkg/subnet/kube/kube.go:handleAddLeaseEvent.',
  },
  FlannelPublicIPDuplicate: {
    severity: 'error',
    title: 'flannel announces nodes under one address',
    meaning:
      'Two or more nodes have the same flannel public-ip. Where the machines have one address, NodeAddressDuplicate is the finding. One finding an address.',
    harm: 'Peers send the pods of all these nodes to one machine.',
    cure: "Set flannel's --iface (or --iface-can-reach) to the interface between the nodes, and restart it there.",
    origin: 'flannel takes the interface of the default route: in Vagrant and behind NAT it is the same on all.',
  },
  FlannelVtepMACDuplicate: {
    severity: 'error',
    title: "flannel's devices have one MAC",
    meaning: 'Two or more nodes have the same VtepMAC in their backend-data. One finding a MAC.',
    harm: 'The FDB keeps one destination a MAC: peers send to the node that was learned last.',
    cure: 'On all but one: take the annotation away, delete flannel.1, restart flannel. The remedy has the commands.',
    origin: 'Copied machines (MachineIDDuplicate); since v0.25.2 flannel takes the MAC of the annotation again.',
  },
  FlannelBackendMixed: {
    severity: 'error',
    title: 'flannel runs with different backends',
    meaning: 'Nodes have different backend-type annotations, or different VNIs. The minority is named.',
    harm: 'Each side ignores the other: `ignoring non-vxlan subnet`, no route between them.',
    cure: 'Restart flannel where it has not read the changed net-conf.json.',
    origin: 'net-conf.json was changed while flannel ran; pkg/backend/vxlan/vxlan_network.go:handleSubnetEvents.',
  },
  FlannelPublicIPForeign: {
    severity: 'warning',
    title: 'flannel announces a node under a foreign address',
    meaning:
      "The node's public-ip is none of its InternalIP and ExternalIP addresses, and nobody has chosen it (public-ip-overwrite, node-public-ip).",
    harm: 'If peers cannot reach this address they cannot reach the pods: flannel is bound to the wrong interface.',
    cure: "Set flannel's --iface to the interface between the nodes, and restart it there.",
    origin: 'flannel takes the interface of the default route; the kubelet may have been given another --node-ip.',
  },
  FlannelPodFailing: {
    severity: 'error',
    title: 'flannel fails',
    meaning:
      'A pod of flannel or canal waits after a failure, or has ended with one; the last lines of its log are matched to the texts of all versions. One finding a cause. A node without a subnet, or with one outside Network, is told by its own finding.',
    harm: 'The node learns no routes, its new pods get no network.',
    cure: 'By the cause; the remedy names the next command.',
    origin: "flannel's main.go and pkg/subnet/kube/kube.go.",
  },
  FlannelLeaseStale: {
    severity: 'error',
    title: 'flannel has a lease of nobody in etcd',
    meaning:
      'Leases that flannel keeps in etcd (read with --flannel-etcd-endpoints) have a PublicIP that no Node has, or share PublicIP or VtepMAC with a lease that was renewed later.',
    harm: "Every node keeps a route, an ARP entry and an FDB entry for it; where it has the MAC of a living host, that host's traffic goes astray.",
    cure: "Delete the key, then restart flannel on all nodes: where a MAC was shared, the deletion takes the living host's entry along.",
    origin:
      'A machine that is gone keeps its lease for 24 h, a reserved one for ever (pkg/subnet/etcd/local_manager.go: subnetTTL).',
  },
} as const satisfies Record<string, CatalogueEntry>;
