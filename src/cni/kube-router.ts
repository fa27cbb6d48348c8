import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

const PREFIX = 'kube-router.io/';

/** kube-router: spec.podCIDR, which its own annotations pod-cidr and pod-cidrs override (pkg/utils/pod_cidr.go:GetPodCidrFromNodeSpec). */
export function recogniseKubeRouter({ annotations, labels }: SurveyNode): CNITrace | undefined {
  const keys = [...Object.keys(annotations), ...Object.keys(labels)];
  if (!keys.some((key) => key.startsWith(PREFIX))) return undefined;
  const overrides = annotations[`${PREFIX}pod-cidrs`] ?? annotations[`${PREFIX}pod-cidr`];
  return { name: 'kube-router', follows: 'yes', facts: overrides ? [overrides] : [] };
}
