import { readFileSync } from 'node:fs';

/** One answered request, as kube-apiserver's audit log tells it. */
export interface AuditEvent {
  verb: string;
  requestURI: string;
  /** Who asked, after impersonation's own look in `impersonatedUser`. */
  user: { username: string; groups?: string[]; uid?: string };
  impersonatedUser?: { username: string; groups?: string[]; uid?: string };
  userAgent?: string;
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
  responseStatus?: { code?: number };
  stageTimestamp: string;
}

/** The whole lines of an audit log; the last may be half written. */
export function readAuditEvents(path: string): AuditEvent[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}
