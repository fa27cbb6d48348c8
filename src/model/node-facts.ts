import type { Family } from './cidr.ts';
import type { Reading } from './reading.ts';

/** One network device of a node (ip -j -d addr). */
export interface NodeLink {
  name: string;
  up: boolean;
  /** Lower case, with colons; undefined where the device has none. */
  mac: string | undefined;
  mtu: number | undefined;
  /** ADDRESS/BITS as the device has them, without IPv6's link-local ones: 10.244.1.1/24, 10.244.1.0/32. */
  addresses: string[];
  /** bridge, vxlan, veth, …; undefined for plain devices, and where the node's `ip` does not tell. */
  kind: string | undefined;
  /** Of a vxlan device. */
  vxlan?: { id: number; local: string | undefined; port: number | undefined };
}

/** One route of the main table (ip -j route). */
export interface NodeRoute {
  family: Family;
  /** ADDRESS/BITS; 0.0.0.0/0 or ::/0 for the default one. */
  to: string;
  /** Of several next hops the first. */
  via: string | undefined;
  dev: string | undefined;
  /** unicast, blackhole, unreachable, … */
  type: string;
  /** The lower stands before; undefined where the node's `ip` does not tell, as for IPv4's 0. */
  metric: number | undefined;
}

/** One entry of the forwarding database of an overlay device (bridge -j fdb). */
export interface NodeForwarding {
  dev: string;
  /** Lower case. */
  mac: string;
  /** Address of the peer, where the entry has one. */
  dst: string | undefined;
}

/** A permanent neighbour (ip -j neigh): who answers for an address is written there. */
export interface NodeNeighbour {
  dev: string;
  address: string;
  /** Lower case. */
  mac: string;
}

/** /run/flannel/subnet.env; all empty where there is no such file. */
export interface SubnetEnv {
  /** FLANNEL_NETWORK and FLANNEL_IPV6_NETWORK. */
  networks: string[];
  /** FLANNEL_SUBNET and FLANNEL_IPV6_SUBNET: the bridge's addresses, 10.244.1.1/24. */
  subnets: string[];
  mtu: number | undefined;
}

/** A rule that accepts packets by their addresses and devices alone, whatever else they are. Undefined: any. */
export interface AcceptRule {
  /** ADDRESS/BITS. */
  source: string | undefined;
  destination: string | undefined;
  /** Names of devices; a + at the end stands for any rest. */
  in: string | undefined;
  out: string | undefined;
}

/** What a packet meets that the node forwards: chain FORWARD of one filter table. */
export interface ForwardPolicy {
  /** What becomes of a packet that no rule takes: ACCEPT, DROP or REJECT. */
  policy: string;
  accepts: AcceptRule[];
  /** The program that shows and changes the table: iptables-nft, ip6tables-legacy, … */
  program: string;
}

/** One file of the folder with CNI configurations. */
export interface CNIConfigFile {
  /** Whole path on the node: /etc/cni/net.d/10-flannel.conflist. */
  file: string;
  /** Name of the network; undefined when the file cannot be read as JSON. */
  network: string | undefined;
  /** Types of its plugins, in their order. */
  plugins: string[];
}

/** An address that host-local holds for a container. */
export interface HeldAddress {
  address: string;
  /** For how long, in seconds. */
  age: number;
}

/** Addresses that host-local holds for one network (/var/lib/cni/networks/NETWORK). */
export interface HostLocal {
  network: string;
  held: HeldAddress[];
}

/** What a node really has, as it was read on the node itself. A fact that could not be read says why. */
export interface NodeFacts {
  node: string;
  /** How it was read, for words: pod kube-flannel/kube-flannel-ds-x7k2p. */
  source: string;
  subnetEnv: Reading<SubnetEnv>;
  links: Reading<NodeLink[]>;
  /** Both families. */
  routes: Reading<NodeRoute[]>;
  forwarding: Reading<NodeForwarding[]>;
  neighbours: Reading<NodeNeighbour[]>;
  /** net.ipv4.ip_forward and net.ipv6.conf.all.forwarding. */
  forwards: Record<Family, Reading<boolean>>;
  /** One a filter table: nftables' and the older one may stand beside each other, and a packet must pass both. None: no table. */
  forwardPolicies: Record<Family, Reading<ForwardPolicy[]>>;
  /** net.bridge.bridge-nf-call-iptables; false where br_netfilter is not loaded. */
  bridgeFilter: Reading<boolean>;
  /** In the order in which the container runtime looks: it takes the first that it can read (libcni, ConfFiles). */
  cniConfigs: Reading<CNIConfigFile[]>;
  hostLocal: Reading<HostLocal[]>;
}
