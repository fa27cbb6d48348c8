import { compareText } from '../model/text.ts';
import type { Judge } from './check.ts';

/** What this tool began and did not finish: one finding per operation. */
export const judgeOperationInterrupted: Judge = ({ survey: { interrupted = [], journalUnread } }) => ({
  skipped: journalUnread,
  findings: interrupted.map(({ id, verb, by, nodes }) => ({
    severity: 'error' as const,
    nodes: nodes.map(({ name }) => name).sort(compareText),
    subject: { kind: 'Operation', name: id },
    message: `operation ${id} (${verb} by ${by}) is not finished`,
    evidence: nodes.map(({ name, step }) => `${name}: last step ${step}`),
    remedy: `kubectl podcidr resume ${id}`,
  })),
});
