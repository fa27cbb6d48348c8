import type { SurveyNode } from '../model/survey.ts';
import { shellWord } from '../model/text.ts';
import { compareText } from './view.ts';

/** The command that gives these nodes new subnets; it works when pasted into a shell. */
export function reassign(names: string[]): string {
  return ['kubectl podcidr reassign', ...names.map(shellWord)].join(' ');
}

/** Order of keeping a shared subnet: a control-plane node first, then the oldest (no timestamp counts as old), then by name. */
export function compareKeepers(a: SurveyNode, b: SurveyNode): number {
  return (
    Number(isControlPlane(b)) - Number(isControlPlane(a)) ||
    (a.createdAt ?? Number.NEGATIVE_INFINITY) - (b.createdAt ?? Number.NEGATIVE_INFINITY) ||
    compareText(a.name, b.name)
  );
}

/** True for a node of the control plane, under the label of today or of Kubernetes before 1.24. */
export function isControlPlane({ labels }: SurveyNode): boolean {
  return 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels;
}
