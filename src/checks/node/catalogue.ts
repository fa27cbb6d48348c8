import type { CatalogueEntry } from '../../model/catalogue.ts';

/** What can be seen on the node alone: `inspect` finds it. */
export const NODE_CATALOGUE = {
  NodeSubnetStale: {
    severity: 'error',
    title: 'flannel on a node works with another subnet than the Node has',
    meaning: 'FLANNEL_SUBNET in /run/flannel/subnet.env is not the subnet of spec.podCIDRs, or the file is not there.',
    harm: "New pods get addresses of the old subnet and keep them for life; peers send the new one's packets to nobody.",
    cure: "Start flannel on the node again: delete its pod. Then delete the node's pods with old addresses. What the old subnet leaves behind, `kubectl podcidr inspect NODE` names then.",
    origin:
      'flanneld reads spec.podCIDRs when it starts, and never again (pkg/subnet/kube/kube.go:AcquireLease); the CNI plugin reads subnet.env for every pod.',
  },
  BridgeAddressStale: {
    severity: 'error',
    title: "the bridge of a node's pods has an address of another subnet",
    meaning: "cni0 (kube-bridge with kube-router) has an address that is not the first of the Node's subnet.",
    harm: 'No new pod starts: `failed to set bridge addr: "cni0" already has an IP address different from …`. An IPv6 address that is left there keeps a route to a subnet that another node may have.',
    cure: '`ip link del cni0` on the node, and delete its pods: the first new pod makes the bridge anew. Where the right address is there too, take the other away.',
    origin:
      'Nothing removes the bridge when the subnet changes (containernetworking/plugins plugins/main/bridge/bridge.go:ensureAddr, unless forceAddress is set, as in k3s).',
  },
  OverlayMissing: {
    severity: 'error',
    title: "flannel's vxlan device is not there, or is down",
    meaning:
      'The Node is annotated with backend vxlan, and the node has no device of this name (flannel.1) that is up.',
    harm: "The node and all other nodes cannot reach one another's pods.",
    cure: 'Start flannel on the node again: it makes the device, with its routes and entries.',
    origin:
      'Somebody deleted the device. From v0.27.4 on flanneld makes it again, but without routes; older ones leave it away (pkg/backend/vxlan).',
  },
  OverlayAddressStale: {
    severity: 'error',
    title: "flannel's device lacks the address of the node's subnet",
    meaning: "flannel.1 has no address, or others, but not the first of the Node's subnet (10.244.1.0/32).",
    harm: 'What the node itself sends to pods of other nodes has a wrong source address: answers go elsewhere.',
    cure: 'Start flannel on the node again.',
    origin:
      'flanneld sets the address when it starts (pkg/backend/vxlan/device.go:Configure, pkg/ip/iface.go:EnsureV4AddressOnLink).',
  },
  OverlayAddressExtra: {
    severity: 'warning',
    title: "flannel's vxlan device has more than one address",
    meaning: "Beside the first address of the Node's subnet flannel.1 has others.",
    harm: 'flannel up to v0.13 does not start: `link has incompatible addresses`. With newer ones what the node itself sends may have the wrong source address.',
    cure: '`ip addr del ADDRESS dev flannel.1` on the node.',
    origin:
      'An earlier life of the node, or a DHCP client that takes all devices (flannel#883, #1060). Only addresses inside the network are removed by flanneld (pkg/ip/iface.go).',
  },
  VtepMACDiffers: {
    severity: 'error',
    title: "flannel's device has another MAC address than peers are told",
    meaning: 'The MAC address of flannel.1 is not VtepMAC in the annotation flannel.alpha.coreos.com/backend-data.',
    harm: 'The node drops what peers send to its pods; in the other direction packets go through.',
    cure: 'Start flannel on the node again: device and annotation agree then.',
    origin:
      'Another program sets MAC addresses (systemd: MACAddressPolicy=persistent), the device was made anew, or the annotation was restored from a backup (flannel#1795).',
  },
  PublicIPForeign: {
    severity: 'warning',
    title: "flannel's peers send to an address that the node does not have",
    meaning:
      'The annotation flannel.alpha.coreos.com/public-ip is no address of any device of the node. Not judged where somebody has chosen it (public-ip-overwrite, node-public-ip).',
    harm: "Unless this is an address behind NAT on purpose, nothing from peers arrives: the node's pods are unreachable.",
    cure: "Start flannel on the node again: it writes the address of its device. If the wrong one comes back, see flanneld's --iface and --public-ip.",
    origin:
      'The machine got another address, or the annotation was restored or edited (pkg/subnet/kube/kube.go:AcquireLease).',
  },
  RouteMissing: {
    severity: 'error',
    title: 'a node has no route to the subnet of a peer',
    meaning: 'For the subnet of another node there is no route. Not judged for backends and CNIs that route otherwise.',
    harm: 'Pods of this node cannot reach pods of that node, and answers to them are lost.',
    cure: 'Start flannel on this node again: it makes all routes when it starts.',
    origin:
      'Deleting one of two Nodes that share a subnet makes every peer drop the route of both (kubernetes#127792); a missed event is never made up for (pkg/lease/lease.go).',
  },
  RouteStale: {
    severity: 'warning; error when it leads the subnet of a peer elsewhere',
    title: 'a node has a route to a subnet that nobody has, or to the wrong node',
    meaning:
      "A route through flannel's device, or into its network, leads to a subnet that is no node's; or (host-gw, DirectRouting) the next hop is not the address of the node that has the subnet.",
    harm: 'As soon as a node gets that subnet its pods are unreachable from here, on that node itself all of them.',
    cure: '`ip route del …` on the node; for a wrong next hop start flannel on the node again.',
    origin: 'A Node was deleted while flannel did not run here: it removes no routes when it starts (flannel#2554).',
  },
  RouteToSelf: {
    severity: 'error; info for IPv6, where the route of the bridge stands before it',
    title: 'a node routes its own subnet away from its pods',
    meaning: "Beside, or in place of, the route of the bridge there is one to the node's own subnet with a next hop.",
    harm: "It stands before the route of the bridge: the node's new pods are unreachable, also from the node itself.",
    cure: '`ip route del SUBNET via …` on the node, after flannel was started again: before, it would come back.',
    origin:
      "flanneld takes the new subnet of its own Node for a peer's until it is started again (pkg/lease/lease.go: own lease by the old subnet). With vxlan the start removes the IPv4 route; the IPv6 one, and with host-gw and DirectRouting both, stay.",
  },
  ForwardingEntryMissing: {
    severity: 'error',
    title: "flannel's vxlan device knows no way to a peer",
    meaning:
      'For a peer whose subnet is routed through flannel.1 the permanent neighbour or the forwarding entry (FDB) is not there.',
    harm: 'Packets to the pods of that node are dropped on this one.',
    cure: 'Start flannel on this node again: it makes all entries when it starts.',
    origin:
      'The device was made anew, or a peer with the same MAC address was removed (pkg/backend/vxlan/vxlan_network.go).',
  },
  ForwardingEntryStale: {
    severity: 'error',
    title: "flannel's vxlan device sends a peer's packets elsewhere",
    meaning:
      "The neighbour of a peer's subnet has another MAC address than the peer's annotation tells, or the forwarding entry (FDB) of that MAC address leads to another node's address.",
    harm: 'Packets to the pods of that node go to another machine, or to nobody.',
    cure: 'Start flannel on this node again. Where two nodes have one MAC address: on one of them `ip link del flannel.1`, take VtepMAC out of its annotation backend-data, and start flannel there again.',
    origin:
      'A missed event; in dual stack flannel takes a change of annotations only when those of both families change (pkg/subnet/kube/kube.go:handleUpdateLeaseEvent). Or two nodes with one MAC address: the database keeps one address a MAC, the last event wins.',
  },
  ForwardingOff: {
    severity: 'error',
    title: 'a node does not forward packets',
    meaning: 'net.ipv4.ip_forward (IPv6: net.ipv6.conf.all.forwarding) is 0, and the node has a subnet of that family.',
    harm: 'Its pods reach nothing outside the node, and nothing reaches them.',
    cure: '`sysctl -w net.ipv4.ip_forward=1` on the node, and keep it in /etc/sysctl.d.',
    origin:
      'A hardening script, or sysctl settings that are applied again after the container runtime has set its own.',
  },
  ForwardPolicyDrop: {
    severity: 'error',
    title: 'a node drops the packets of its pods',
    meaning:
      "Chain FORWARD of iptables ends in DROP or REJECT, and no rule before accepts the node's subnet. Rules that look at marks or connections (KUBE-FORWARD) do not count: they let only answers through.",
    harm: 'Pods of this node reach no pod of another node, and nothing reaches them.',
    cure: "Accept flannel's network in chain FORWARD, or let flannel do it (no --iptables-forward-rules=false).",
    origin:
      'Docker sets the policy to DROP, firewalls end in REJECT (flannel pkg/trafficmngr/iptables: chain FLANNEL-FWD).',
  },
  BridgeFilterOff: {
    severity: 'warning',
    title: 'packets between pods of one node do not meet iptables',
    meaning: 'net.bridge.bridge-nf-call-iptables is not 1, or the kernel module br_netfilter is not loaded.',
    harm: 'A pod does not reach a service whose endpoint is on the same node; flannel 0.26 and later does not start.',
    cure: '`modprobe br_netfilter` and `sysctl -w net.bridge.bridge-nf-call-iptables=1` on the node.',
    origin:
      "kube-proxy's rules are undone only for packets that pass iptables (flannel main.go: Failed to check br_netfilter).",
  },
  CNIConfigShadowed: {
    severity: 'error',
    title: 'the container runtime takes the configuration of another CNI',
    meaning: "In /etc/cni/net.d another file comes before the one of the cluster's CNI, or that one is not there.",
    harm: "New pods get addresses outside the Node's subnet: no other node can reach them.",
    cure: 'Move the other file away on the node, then delete the pods that it has given addresses to.',
    origin:
      'Left by another CNI, or brought by a package of the container runtime (flannel#1437): the first file by name is taken (containernetworking/cni libcni/conf.go:ConfFiles).',
  },
  AddressesLeaked: {
    severity: 'info; warning when they block the present subnet',
    title: 'addresses are held for containers that are gone',
    meaning:
      'host-local has files in /var/lib/cni/networks for addresses that no pod of the node has. Not judged: files younger than 2 minutes.',
    harm: 'Those of the present subnet cannot be given to pods: `no IP addresses available in range set`. Those of a former one do no harm until the node gets that subnet back.',
    cure: 'Delete the files on the node.',
    origin:
      'The machine went down, or the container runtime was reset, without the removal of its pods (kubernetes#39557, k3s#5885).',
  },
} as const satisfies Record<string, CatalogueEntry>;
