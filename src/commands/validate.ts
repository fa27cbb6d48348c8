import { CLUSTER_CODES } from '../checks/catalogue.ts';
import { runChecks } from '../checks/run.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { CheckReport, Severity } from '../model/finding.ts';
import { quote } from '../model/quote.ts';
import { renderDocument } from '../render/document.ts';
import { renderSkipped } from '../render/list.ts';
import { renderReport, renderReportSummary, validationReport } from '../render/report.ts';
import { findClusterCode } from './codes.ts';
import type { Context } from './context.ts';
import { type Source, surveyAndJudge } from './read-survey.ts';

export interface ValidateArgs extends Source {
  /** What is not a flag: validate takes nothing. */
  words: string[];
  output: 'table' | 'json' | 'yaml';
  /** Codes to check; none: all. */
  only: string[];
  /** Codes to leave out. */
  skip: string[];
  failOn: Severity | 'never';
}

/** `validate`: runs the checks and says what is wrong. Exit code 1 from the severity of --fail-on on. */
export async function runValidate(context: Context, args: ValidateArgs): Promise<ExitCode> {
  const [word] = args.words;
  if (word !== undefined) throw new Failure(`validate takes no ${quote(word)}: it looks at the whole cluster`);
  const codes = chooseCodes(args);
  const { survey, report } = await surveyAndJudge(context, args, 'none', (read) => runChecks(read, { codes }));
  const { streams } = context;
  if (args.output !== 'table') streams.out(renderDocument(validationReport(report), args.output));
  else {
    if (report.findings.length > 0) streams.out(renderReport(report));
    streams.err(lastLines(survey.nodes.length, report));
  }
  return exitCode(report, args.failOn);
}

function chooseCodes({ only, skip }: ValidateArgs) {
  const left = new Set(skip.map(findClusterCode));
  const wanted = only.length > 0 ? new Set(only.map(findClusterCode)) : new Set(CLUSTER_CODES);
  const codes = CLUSTER_CODES.filter((code) => wanted.has(code) && !left.has(code));
  if (codes.length === 0) throw new Failure('--only and --skip leave no check to run');
  return codes;
}

function lastLines(nodes: number, report: CheckReport): string {
  const [first] = report.findings;
  return [
    ...renderSkipped(report.skipped).map((line) => `${line}\n`),
    ...(first ? [`What a code means: kubectl podcidr explain ${first.code}\n`] : []),
    renderReportSummary(nodes, report),
  ].join('');
}

const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 };

function exitCode({ findings }: CheckReport, failOn: Severity | 'never'): ExitCode {
  return findings.some(({ severity }) => RANK[severity] >= RANK[failOn]) ? EXIT.problems : EXIT.fine;
}
