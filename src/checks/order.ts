import type { Finding, Severity } from '../model/finding.ts';
import { compareText } from '../model/text.ts';

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** By severity, code and subject. */
export function sortFindings(findings: Finding[]): Finding[] {
  return findings.sort(compareFindings);
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    compareText(a.code, b.code) ||
    compareText(a.subject.kind, b.subject.kind) ||
    a.subject.name.localeCompare(b.subject.name, 'en', { numeric: true }) ||
    compareText(a.subject.name, b.subject.name) ||
    compareText(a.message, b.message)
  );
}
