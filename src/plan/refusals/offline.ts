import type { SurveyNode } from '../../model/survey.ts';

/**
 * Ready=Unknown: the kubelet does not report, so nobody can see what the machine uses. `offline`: the operator knows, and wants
 * the API's part alone. Ready=False is the usual patient.
 */
export function refuseOffline({ ready }: SurveyNode, offline: boolean): string | undefined {
  if (ready !== 'Unknown' || offline) return undefined;
  return 'its kubelet does not report (Ready is Unknown), so what its pods use cannot be seen; bring it back, or use --offline-node to change the API alone';
}
