export type Severity = 'error' | 'warning' | 'info';

export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

/** One thing that is wrong. The shape is a contract: fields may be added, never changed. */
export interface Finding {
  code: string;
  severity: Severity;
  /** The nodes whose subnet or pods are wrong, sorted by name. */
  nodes: string[];
  subject: Subject;
  /** One sentence. */
  message: string;
  /** What was seen, a line each. */
  evidence: string[];
  /** The next command to run, or the setting to change. */
  remedy: string;
}

/** A check that could not be judged. */
export interface SkippedCheck {
  code: string;
  reason: string;
}

export interface CheckReport {
  findings: Finding[];
  skipped: SkippedCheck[];
}
