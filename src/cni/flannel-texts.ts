import type { KnownText } from './known-text.ts';

/** With which flanneld ends, from v0.7 to v0.28 (main.go, pkg/subnet, pkg/backend; the tags that have each in brackets). */
export const FLANNEL_TEXTS: readonly KnownText[] = [
  // [v0.7.0 …] kube.go:AcquireLease
  { cause: 'no-subnet', text: /pod cidr not assigned/, means: 'the node has no pod subnet' },
  // [v0.18.0 …] the same place; IPv6 since then too
  {
    cause: 'outside-network',
    text: /specified in the flannel net config doesn't contain .* PodCIDR of the/,
    means: "the node's subnet is outside the Network of net-conf.json",
  },
  // [v0.26.0 …] alloc
  {
    cause: 'family-missing',
    text: /IPv[46] is enabled but the lease has no IPv[46]|missing IPv[46] address on n\.Spec\.PodCIDRs/,
    means: 'net-conf.json enables a family of which the node has no subnet',
    cure: 'kubectl podcidr validate --only=SubnetFamilyMissing',
  },
  // [v0.20.2 …]
  {
    cause: 'families',
    text: /pod cidrs should be IPv4\/IPv6 only or dualstack/,
    means: 'the node has more than one subnet of a family',
    cure: 'kubectl podcidr validate --only=SubnetMalformed',
  },
  // [v0.26.0 …] main.go
  {
    cause: 'br-netfilter',
    text: /Failed to check br_netfilter/,
    means: 'the kernel module br_netfilter is not loaded on the node',
    cure: 'on the node: modprobe br_netfilter && echo br_netfilter > /etc/modules-load.d/br_netfilter.conf',
  },
  // [v0.7.0 …] main.go: LookupExtIface
  {
    cause: 'interface',
    text: /Failed to find any valid interface to use|Failed to find interface to use that matches|[Cc]ould ?n.t find valid interface|failed to get default (v6 )?interface/,
    means: 'flannel finds no interface to use',
    cure: "give flannel's --iface the interface between the nodes, or the node a default route",
  },
  // [v0.9.0 … v0.13.0] ip/iface.go: EnsureV4AddressOnLink
  {
    cause: 'link-addresses',
    text: /link has incompatible addresses/,
    means: "flannel's device has a second address from an earlier life",
    cure: 'on the node: ip link delete flannel.1',
  },
  // #818
  {
    cause: 'no-annotations',
    text: /panic: assignment to entry in nil map/,
    means: 'the Node has no annotation at all, and flannel cannot bear that',
  },
  // [v0.25.3 …]
  {
    cause: 'api',
    text: /timeout contacting kube-api|dial tcp .*(refused|timeout|no route to host|unreachable)|i\/o timeout|TLS handshake timeout/,
    means: 'flannel on the node does not reach the API server',
    cure: 'kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide',
  },
  {
    cause: 'forbidden',
    text: /is forbidden: User|Unauthorized|x509: /,
    means: 'the API server does not accept flannel: its rights, its token or the certificates',
    cure: 'kubectl auth can-i patch nodes/status --as=system:serviceaccount:kube-flannel:flannel',
  },
  {
    cause: 'node-unknown',
    text: /nodes? "?[^ ]+"? not found|node .* not found/,
    means: "the Node object of flannel's node is not there",
  },
  // [v0.7.0 …] kube.go: NewSubnetManager, config.go
  {
    cause: 'config',
    text: /failed to read net conf|error parsing subnet config|Couldn't fetch network config|please define a correct (Ipv6)?Network parameter/i,
    means: 'flannel cannot read its net-conf.json',
  },
  {
    cause: 'backend',
    text: /Error fetching backend|unknown backend type|wireguard.*(not supported|operation not supported)/i,
    means: 'the backend of net-conf.json cannot be had on the node',
  },
  // [v0.18.0 …] subnet/etcd/registry.go
  {
    cause: 'etcd-config',
    text: /flannel config not found in etcd store/,
    means: 'etcd has no configuration of flannel under the API that this version uses (v3 since v0.18)',
    cure: 'etcdctl put /coreos.com/network/config "$(cat net-conf.json)"',
  },
  {
    cause: 'lease-revoked',
    text: /Lease has been revoked/,
    means: 'its lease was deleted in etcd',
  },
  { cause: 'out-of-subnets', text: /out of subnets/, means: 'the Network of flannel has no free subnet' },
  {
    cause: 'iptables',
    text: /iptables(-restore)?: .*(not found|No chain|incompatible)|Failed to setup masq rules|can't initialize iptables/i,
    means: 'iptables on the node does not do what flannel asks',
  },
  {
    cause: 'device',
    text: /failed to (create vxlan interface|configure interface|ensure address of interface|set interface)|operation not supported/,
    means: 'the kernel of the node refuses the device that flannel makes',
  },
];
