import type { Break } from '../model/capacity.ts';
import type { Finding } from '../model/finding.ts';
import type { ClusterSettings } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { runChecks } from './run.ts';

/**
 * What the settings of this survey would break: findings that its nodes do not have with the present settings, or that name
 * more nodes. Nothing is said about what is wrong either way.
 */
export function findBreaks(proposed: ClusterSurvey, present: ClusterSettings): Break[] {
  const now = runChecks({ ...proposed, settings: present }).findings;
  return runChecks(proposed)
    .findings.filter((finding) => !isKnown(finding, now))
    .map(({ code, severity, nodes, message }) => ({ code, severity, nodes, message }));
}

function isKnown({ code, subject, nodes }: Finding, now: Finding[]): boolean {
  const same = now.filter((finding) => finding.code === code && finding.subject.name === subject.name);
  const named = new Set(same.flatMap((finding) => finding.nodes));
  return same.length > 0 && nodes.every((name) => named.has(name));
}
