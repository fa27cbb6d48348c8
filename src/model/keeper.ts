import type { SurveyNode } from './survey.ts';
import { compareText } from './text.ts';

/**
 * Order of keeping a shared subnet: a control-plane node first, then the one with more pods on the pod network, then the oldest
 * (no timestamp counts as old), then by name. `pods` by node name; a node that is not in it counts as one without pods.
 */
export function compareKeepers(a: SurveyNode, b: SurveyNode, pods: ReadonlyMap<string, number> = new Map()): number {
  const age = (node: SurveyNode) => node.createdAt ?? Number.NEGATIVE_INFINITY;
  return (
    Number(isControlPlane(b)) - Number(isControlPlane(a)) ||
    (pods.get(b.name) ?? 0) - (pods.get(a.name) ?? 0) ||
    (age(a) === age(b) ? 0 : age(a) - age(b)) ||
    compareText(a.name, b.name)
  );
}

/** True for a node of the control plane, under the label of today or of Kubernetes before 1.24. */
export function isControlPlane({ labels }: SurveyNode): boolean {
  return 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels;
}
