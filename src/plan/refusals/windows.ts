import { asObject, asText } from '../../model/read-json.ts';
import type { SurveyNode } from '../../model/survey.ts';

/** On Windows the subnet is built into the host's virtual network (HNS), which nothing here rebuilds or verifies. */
export function refuseWindows({ labels, raw }: SurveyNode): string | undefined {
  const reported = asText(asObject(asObject(raw.status).nodeInfo).operatingSystem);
  const windows = labels['kubernetes.io/os'] === 'windows' || reported === 'windows';
  return windows
    ? 'it runs Windows, whose host network holds the subnet too; drain it, delete it and let it join again'
    : undefined;
}
