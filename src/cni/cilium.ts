import type { Follows } from '../model/surroundings.ts';
import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

/** Newer and older names of the annotations that cilium writes with annotate-k8s-node (pkg/annotation/k8s.go). */
const POD_CIDRS = [
  'network.cilium.io/ipv4-pod-cidr',
  'io.cilium.network.ipv4-pod-cidr',
  'network.cilium.io/ipv6-pod-cidr',
  'io.cilium.network.ipv6-pod-cidr',
];
const PREFIXES = ['network.cilium.io/', 'io.cilium.network.'];

/** cilium: follows spec.podCIDR with ipam mode kubernetes alone. The Node tells the mode only where its pod CIDRs are annotated. */
export function recogniseCilium({ annotations, podCIDRs, taints }: SurveyNode): CNITrace | undefined {
  const annotated = Object.keys(annotations).some((key) => PREFIXES.some((prefix) => key.startsWith(prefix)));
  if (!annotated && !taints.some(({ key }) => key === 'node.cilium.io/agent-not-ready')) return undefined;
  const own = POD_CIDRS.flatMap((key) => annotations[key] ?? []);
  const follows: Follows = own.length === 0 ? 'unknown' : own.every((cidr) => podCIDRs.includes(cidr)) ? 'yes' : 'no';
  return { name: 'cilium', follows, facts: own };
}

/** The same by the ipam mode in ConfigMap kube-system/cilium-config (Documentation/network/concepts/ipam). */
export function ciliumFollows(config: Record<string, string>): Follows {
  const { ipam } = config;
  if (ipam === 'kubernetes') return 'yes';
  return ipam === undefined || ipam === '' || ipam === 'delegated-plugin' ? 'unknown' : 'no';
}
