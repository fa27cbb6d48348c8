import type { ClusterSettings } from '../../model/settings.ts';
import type { Uncoded } from '../check.ts';

/** Replicas of kube-controller-manager with different flags: one finding for all flags. Undefined when they agree. */
export function disagreement({ disagreements = [] }: ClusterSettings): Uncoded | undefined {
  const [first] = disagreements;
  if (!first) return undefined;
  const flags = disagreements.map(({ name }) => `--${name}`);
  return {
    severity: 'error',
    nodes: [],
    subject: { kind: 'Setting', name: flags[0] ?? '' },
    message: `kube-controller-manager's replicas disagree on ${flags.join(', ')}`,
    evidence: disagreements.flatMap(({ said }) =>
      said.map(({ source, value }) => `${source}: ${value ?? 'not there'}`),
    ),
    remedy: `give every replica the same ${flags.join(', ')} (kubeadm: /etc/kubernetes/manifests/kube-controller-manager.yaml on each control-plane node)`,
  };
}
