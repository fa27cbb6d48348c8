import test from 'ava';
import { CONTROLLER_MANAGER_TEXTS } from '../../../src/checks/settings/controller-manager-texts.ts';
import { FLANNEL_TEXTS } from '../../../src/cni/flannel-texts.ts';
import { recogniseText, tellingLines } from '../../../src/cni/known-text.ts';
import { SANDBOX_TEXTS } from '../../../src/cni/sandbox-texts.ts';

/** Lines as flanneld of the versions named has printed them. */
for (const [version, line, cause] of [
  [
    'v0.7 on',
    'E1120 09:28:00.900000 1 main.go:384] Error registering network: failed to acquire lease: node "n3" pod cidr not assigned',
    'no-subnet',
  ],
  [
    'v0.18 on',
    'Error registering network: failed to acquire lease: subnet "10.244.0.0/16" specified in the flannel net config doesn\'t contain "10.250.3.0/24" PodCIDR of the "n3" node',
    'outside-network',
  ],
  [
    'v0.18 on, IPv6',
    'subnet "fd00::/56" specified in the flannel net config doesn\'t contain "fd01::/64" IPv6 PodCIDR of the "n3" node',
    'outside-network',
  ],
  ['v0.26 on', 'failed to configure interface flannel.1: IPv4 is enabled but the lease has no IPv4', 'family-missing'],
  ['v0.27.2 on', 'missing IPv4 address on n.Spec.PodCIDRs', 'family-missing'],
  ['v0.20.2 on', 'node "n3" pod cidrs should be IPv4/IPv6 only or dualstack', 'families'],
  [
    'v0.26 on',
    'Failed to check br_netfilter: stat /proc/sys/net/bridge/bridge-nf-call-iptables: no such file or directory',
    'br-netfilter',
  ],
  [
    'all',
    'Failed to find any valid interface to use: failed to get default interface: Unable to find default route',
    'interface',
  ],
  ['v0.10 on', 'Failed to find interface to use that matches the interfaces and/or regexes provided', 'interface'],
  [
    'v0.9 to v0.13',
    'Error registering network: failed to configure interface flannel.1: failed to ensure address of interface flannel.1: link has incompatible addresses. Remove additional addresses and try again. &netlink.Vxlan{}',
    'link-addresses',
  ],
  ['all', 'panic: assignment to entry in nil map', 'no-annotations'],
  ['v0.25.3 on', 'timeout contacting kube-api, failed to patch node "n3". Error: timed out', 'api'],
  [
    'all',
    'Failed to create SubnetManager: error retrieving pod spec for \'kube-flannel/x\': Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout',
    'api',
  ],
  [
    'all',
    'error retrieving pod spec: pods "x" is forbidden: User "system:serviceaccount:kube-flannel:flannel" cannot get',
    'forbidden',
  ],
  [
    'v0.18 on, etcd',
    'flannel config not found in etcd store. Did you create your config using etcdv3 API?',
    'etcd-config',
  ],
  ['all, etcd', 'Lease has been revoked. Shutting down daemon.', 'lease-revoked'],
  ['all', 'Failed to create SubnetManager: error parsing subnet config: invalid character', 'config'],
] as const) {
  test(`what flannel says is known: ${cause} (${version})`, (t) => {
    t.is(
      recogniseText(['I1120 starting', line, 'I1120 Stopping shutdownHandler...'], FLANNEL_TEXTS)?.known.cause,
      cause,
    );
  });
}

for (const line of [
  'I1120 main.go:211] CLI flags config: {etcdEndpoints:http://127.0.0.1:4001,http://127.0.0.1:2379 etcdPrefix:/coreos.com/network}',
  'W1120 client_config.go:667] Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work',
  'I1120 kube.go:139] Waiting 10m0s for node controller to sync',
  'I1120 main.go:231] Created subnet manager: Kubernetes Subnet Manager - n3',
  'I1120 main.go:468] Found network config - Backend type: vxlan',
  'I1120 match.go:211] Determining IP address of default interface',
  'I1120 main.go:396] Setting up masking rules',
  'W1120 vxlan_network.go:100] ignoring non-vxlan v4Subnet(10.244.3.0/24) v6Subnet(::/0): type=host-gw',
]) {
  test(`what a healthy flannel says is no cause: ${line.slice(0, 60)}`, (t) => {
    t.is(recogniseText([line], FLANNEL_TEXTS), undefined);
  });
}

for (const [line, cause] of [
  [
    '"Error building controllers" err="failed to mark cidr[10.250.3.0/24] at idx [0] as occupied for node: outside: cidr 10.250.3.0/24 is out the range of cluster cidr 10.244.0.0/16"',
    'outside',
  ],
  ['node:n1 has an allocated cidr: fd00::/64 at index:1 that does not exist in cluster cidrs configuration', 'outside'],
  ['failed to parse node n1, CIDR 10.244.300.0/24', 'malformed'],
  [
    'Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family',
    'mask',
  ],
  ['New CIDR set failed; the node CIDR size is too big', 'mask'],
  ['usage of --node-cidr-mask-size is not allowed with dual-stack clusters', 'mask-flags'],
  ['Controller: Must specify --cluster-cidr if --allocate-node-cidrs is set', 'no-cluster-cidr'],
  ['length of clusterCIDRs is:3 more than max allowed of 2', 'cluster-cidrs'],
  ['Error: unknown flag: --cidr-alocator-type', 'flag'],
] as const) {
  test(`what kube-controller-manager says is known, and not what follows from it: ${cause}, ${line.slice(0, 30)}`, (t) => {
    const lines = ['I1120 Starting', line, 'E1120 controllermanager.go:413] "leaderelection lost/stopped"'];
    t.is(recogniseText(lines, CONTROLLER_MANAGER_TEXTS)?.known.cause, cause);
  });
}

test('a lease that was lost is the cause where nothing else is said', (t) => {
  t.is(recogniseText(['x', '"leaderelection lost"'], CONTROLLER_MANAGER_TEXTS)?.known.cause, 'lease');
});

for (const [line, cause] of [
  [
    'failed to delegate add: failed to set bridge addr: "cni0" already has an IP address different from 10.244.2.1/24',
    'bridge-address',
  ],
  ['loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory', 'subnet-env'],
  [
    "failed to load flannel 'subnet.env' file: open /run/flannel/subnet.env: no such file or directory. Check the flannel pod log for this node.",
    'subnet-env',
  ],
  ['failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.254', 'exhausted'],
  ['failed to find plugin "flannel" in path [/opt/cni/bin]', 'plugin'],
  ['context deadline exceeded', undefined],
] as const) {
  test(`what a CNI plugin says is known: ${cause ?? 'nothing'}, ${line.slice(0, 40)}`, (t) => {
    t.is(recogniseText([`Failed to create pod sandbox: ${line}`], SANDBOX_TEXTS)?.known.cause, cause);
  });
}

test('of a log that nobody knows the errors are shown, or else its end', (t) => {
  t.deepEqual(tellingLines(['I1120 a', 'E1120 main.go:1] b', 'I1120 c'], 2), ['E1120 main.go:1] b']);
  t.deepEqual(tellingLines(['I1120 a', 'I1120 b', 'I1120 c'], 2), ['I1120 b', 'I1120 c']);
  t.deepEqual(tellingLines([], 2), []);
});
