import type { KnownText } from '../../cni/known-text.ts';

/** The most frequent one. */
export const OUTSIDE: KnownText = {
  cause: 'outside',
  text: /is out the range of cluster cidr|does not exist in cluster cidrs configuration/,
  means: 'a node holds a subnet outside --cluster-cidr',
  cure: 'kubectl podcidr validate --only=SubnetOutsideClusterCIDR',
};

/** With which kube-controller-manager ends (pkg/controller/nodeipam, cmd/kube-controller-manager/app/core.go), 1.20 to 1.36. */
export const CONTROLLER_MANAGER_TEXTS: readonly KnownText[] = [
  OUTSIDE,
  {
    cause: 'malformed',
    text: /failed to parse (node|CIDR)\b.*CIDR|failed to parse CIDR/,
    means: "a node's subnet cannot be read",
    cure: 'kubectl podcidr validate --only=SubnetMalformed',
  },
  {
    cause: 'mask',
    text: /mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size|New CIDR set failed; the node CIDR size is too big/,
    means: 'the node mask does not fit the cluster CIDR',
    cure: 'kubectl podcidr validate --only=NodeMaskInvalid',
  },
  {
    cause: 'mask-flags',
    text: /usage of --node-cidr-mask-size/,
    means: 'its flags for the node mask contradict each other',
  },
  {
    cause: 'no-cluster-cidr',
    text: /Must specify --cluster-cidr if --allocate-node-cidrs is set/,
    means: '--allocate-node-cidrs=true without --cluster-cidr',
  },
  {
    cause: 'cluster-cidrs',
    text: /not configured as dual ?stack|more than max allowed of 2/,
    means: '--cluster-cidr has two blocks of one family, or more than two',
  },
  {
    cause: 'cluster-cidr',
    text: /invalid CIDR address|netutils\.ParseCIDR|failed to parse cidr/i,
    means: 'a flag has a CIDR that cannot be read',
  },
  {
    cause: 'flag',
    text: /unknown flag: |unknown shorthand flag|invalid argument /,
    means: 'a flag that this version does not know',
  },
  {
    cause: 'lease',
    text: /leaderelection lost/,
    means: 'it lost its lease: it did not reach the API server or etcd in time',
  },
  { cause: 'certificates', text: /x509: |certificate has expired/, means: 'certificates' },
  {
    cause: 'api',
    text: /dial tcp .*(refused|timeout|no route to host)|TLS handshake timeout|context deadline exceeded/,
    means: 'it does not reach the API server',
  },
  { cause: 'file', text: /no such file or directory/, means: 'a file of its flags is not there' },
];
