import type { Verdict, VerifyLine } from '../model/verification.ts';
import { renderTable } from './table.ts';

const WORDS: Record<Verdict, string> = { pass: 'pass', fail: 'fail', 'not-checked': 'not checked' };

/** The VerifyReport of the contract. */
export function verifyReport(lines: VerifyLine[]): object {
  const { pass, fail, 'not-checked': notChecked } = countOf(lines);
  return {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'VerifyReport',
    summary: { passed: pass, failed: fail, notChecked },
    checks: lines,
  };
}

/** The table of `verify`. */
export function renderVerification(lines: VerifyLine[], headers: boolean): string {
  return renderTable(
    headers ? ['SUBJECT', 'CHECK', 'RESULT', 'WHY'] : undefined,
    lines.map(({ subject, check, result, why }) => [subject, check, WORDS[result], why]),
  );
}

/** The last line, for stderr. */
export function renderVerifySummary(lines: VerifyLine[]): string {
  const { pass, fail, 'not-checked': notChecked } = countOf(lines);
  const parts = [`${pass} passed`, `${fail} failed`, ...(notChecked > 0 ? [`${notChecked} not checked`] : [])];
  return `${parts.join(', ')}\n`;
}

function countOf(lines: VerifyLine[]): Record<Verdict, number> {
  const of = (verdict: Verdict) => lines.filter(({ result }) => result === verdict).length;
  return { pass: of('pass'), fail: of('fail'), 'not-checked': of('not-checked') };
}
