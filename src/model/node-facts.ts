import type { Family } from './cidr.ts';
import type { Reading } from './reading.ts';

/** One network device of a node (ip -j -d addr). */
export interface NodeLink {
  name: string;
  up: boolean;
  /** Lower case, with colons; undefined where the device has none. */
  mac: string | undefined;
  mtu: number | undefined;
  /** ADDRESS/BITS as the device has them, without link-local ones: 10.244.1.1/24, 10.244.1.0/32. */
  addresses: string[];
  /** bridge, vxlan, veth, …; undefined for plain devices. */
  kind: string | undefined;
  /** Of a vxlan device. */
  vxlan?: { id: number; local: string | undefined; port: number | undefined };
}

/** One route of the main table (ip -j route). */
export interface NodeRoute {
  family: Family;
  /** ADDRESS/BITS; 0.0.0.0/0 or ::/0 for the default one. */
  to: string;
  via: string | undefined;
  dev: string | undefined;
  /** unicast, blackhole, unreachable, … */
  type: string;
}

/** One entry of a forwarding database (bridge -j fdb). */
export interface NodeForwarding {
  dev: string;
  /** Lower case. */
  mac: string;
  /** Address of the peer, where the entry has one. */
  dst: string | undefined;
}

/** /run/flannel/subnet.env. */
export interface SubnetEnv {
  /** FLANNEL_NETWORK and FLANNEL_IPV6_NETWORK. */
  networks: string[];
  /** FLANNEL_SUBNET and FLANNEL_IPV6_SUBNET: the bridge's addresses, 10.244.1.1/24. */
  subnets: string[];
  mtu: number | undefined;
}

/** One file of /etc/cni/net.d; the first by name is the one that the container runtime takes. */
export interface CNIConfigFile {
  file: string;
  /** Name of the network; undefined when the file cannot be read as JSON. */
  network: string | undefined;
  /** Types of its plugins, in their order. */
  plugins: string[];
}

/** Addresses that host-local holds for one network (/var/lib/cni/networks/NETWORK). */
export interface HostLocal {
  network: string;
  addresses: string[];
}

/** What a node really has, as it was read on the node itself. A fact that could not be read says why. */
export interface NodeFacts {
  node: string;
  /** How it was read, for words: pod kube-flannel/kube-flannel-ds-x7k2p. */
  source: string;
  subnetEnv: Reading<SubnetEnv>;
  links: Reading<NodeLink[]>;
  routes: Reading<NodeRoute[]>;
  forwarding: Reading<NodeForwarding[]>;
  /** Permanent neighbours: ADDRESS → MAC by device. */
  neighbours: Reading<{ dev: string; address: string; mac: string }[]>;
  /** net.ipv4.ip_forward and net.ipv6.conf.all.forwarding. */
  forwards: Record<Family, Reading<boolean>>;
  /** Policy of the filter table's FORWARD chain: ACCEPT or DROP; rules that accept the pod network before it are counted. */
  forwardPolicy: Reading<{ policy: string; acceptsPods: boolean }>;
  /** net.bridge.bridge-nf-call-iptables; false where br_netfilter is not loaded. */
  bridgeFilter: Reading<boolean>;
  cniConfigs: Reading<CNIConfigFile[]>;
  hostLocal: Reading<HostLocal[]>;
}
