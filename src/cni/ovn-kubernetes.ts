import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

/** ovn-kubernetes: hands out subnets itself, in an annotation (go-controller/pkg/util/subnet_annotations.go), and ignores spec.podCIDR. */
export function recogniseOVNKubernetes({ annotations }: SurveyNode): CNITrace | undefined {
  const shown = Object.keys(annotations).some((key) => key.startsWith('k8s.ovn.org/'));
  return shown ? { name: 'ovn-kubernetes', follows: 'no', facts: [] } : undefined;
}
