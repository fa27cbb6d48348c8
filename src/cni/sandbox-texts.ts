import type { KnownText } from './known-text.ts';

/** Why a pod gets no network, in events FailedCreatePodSandBox: CNI plugins and runtimes, all versions. */
export const SANDBOX_TEXTS: readonly KnownText[] = [
  // containernetworking/plugins bridge.go: ensureAddr
  {
    cause: 'bridge-address',
    text: /"?(\w[\w.-]*)"? already has an IP address different from/,
    means: 'the bridge on the node has the address of an earlier subnet',
  },
  // flannel plugin until v1.7.1-flannel1, and since
  {
    cause: 'subnet-env',
    text: /loadFlannelSubnetEnv failed|failed to load flannel 'subnet\.env' file|subnet\.env: no such file/,
    means: 'flannel has not written subnet.env on the node: it does not run there',
  },
  {
    cause: 'exhausted',
    text: /no IP addresses available in range set|postIpamFailure.*(full|exhausted)|no more IPs available/,
    means: "the node's subnet has no free address",
  },
  {
    cause: 'plugin',
    text: /failed to find plugin "[^"]*" in path/,
    means: 'a CNI plugin is not installed on the node',
  },
  {
    cause: 'config',
    text: /cni (config|plugin not) (un)?initialized|no networks found in \/etc\/cni\/net\.d|network plugin is not ready/i,
    means: 'the node has no CNI configuration',
  },
  {
    cause: 'duplicate-address',
    text: /(address|IP) already (in use|allocated)|duplicate allocation/i,
    means: 'an address is held by a pod that is gone',
  },
];
