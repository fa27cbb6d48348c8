import { CLUSTER_CODES, type ClusterCode, type Code } from '../checks/catalogue.ts';
import { needsOf } from '../checks/needs.ts';
import { runChecks } from '../checks/run.ts';
import { ignoredReason } from '../checks/settings/cni-ignores-pod-cidr.ts';
import { mayBeNearlyFull } from '../checks/subnet-nearly-full.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { CheckReport, Severity, SkippedCheck } from '../model/finding.ts';
import { quote } from '../model/quote.ts';
import { renderDocument } from '../render/document.ts';
import { renderJUnit } from '../render/junit.ts';
import { renderPrometheus } from '../render/prometheus.ts';
import { renderReport, renderReportSummary, validationReport } from '../render/report.ts';
import { renderSkipped } from '../render/skipped.ts';
import { indented } from '../render/words.ts';
import { type FlannelStore, readFlannelLeases } from '../survey/flannel-leases.ts';
import { findClusterCode } from './codes.ts';
import type { Context } from './context.ts';
import { type ReadingNeeds, type Source, surveyAndJudge } from './read-survey.ts';

export interface ValidateArgs extends Source {
  /** What is not a flag: validate takes nothing. */
  words: string[];
  output: 'table' | 'json' | 'yaml' | 'junit' | 'prometheus';
  /** Codes to check; none: all. */
  only: string[];
  /** Codes to leave out. */
  skip: string[];
  failOn: Severity | 'never';
  /** Where flannel keeps its subnets, when that is not the Nodes; undefined: nobody says so. */
  flannelStore: FlannelStore | undefined;
}

/** `validate`: runs the checks and says what is wrong. Exit code 1 from the severity of --fail-on on. */
export async function runValidate(context: Context, args: ValidateArgs): Promise<ExitCode> {
  const [word] = args.words;
  if (word !== undefined) throw new Failure(`validate takes no ${quote(word)}: it looks at the whole cluster`);
  const codes = chooseCodes(args);
  const leases = args.flannelStore && (await readFlannelLeases(args.flannelStore));
  const { survey, report } = await surveyAndJudge(context, args, { ...needsFor(codes), leases }, (read) =>
    runChecks(read, { codes }),
  );
  const { streams } = context;
  if (args.output !== 'table') streams.out(renderData(args, report, codes, survey.nodes.length));
  else {
    if (report.findings.length > 0) streams.out(renderReport(report, streams.columns));
    streams.err(lastLines(survey.nodes.length, codes.length, report, streams.columns));
  }
  return exitCode(report, args.failOn);
}

/** Nothing is read that these checks do not look at. */
function needsFor(codes: ClusterCode[]): ReadingNeeds {
  const collections = needsOf(codes);
  if (collections.includes('pods')) return { pods: 'skimmed', collections };
  return { pods: codes.includes('SubnetNearlyFull') ? { onNodes: mayBeNearlyFull } : 'none', collections };
}

/** What a program reads. */
function renderData(
  { output, failOn }: ValidateArgs,
  report: CheckReport,
  codes: readonly Code[],
  nodes: number,
): string {
  if (output === 'junit') return renderJUnit(report, { codes, fails: ({ severity }) => fails(severity, failOn) });
  if (output === 'prometheus') return renderPrometheus(report, codes, nodes);
  return renderDocument(validationReport(report), output === 'yaml' ? 'yaml' : 'json');
}

function chooseCodes({ only, skip }: ValidateArgs) {
  const left = new Set(skip.map(findClusterCode));
  const wanted = only.length > 0 ? new Set(only.map(findClusterCode)) : new Set(CLUSTER_CODES);
  const codes = CLUSTER_CODES.filter((code) => wanted.has(code) && !left.has(code));
  if (codes.length === 0) throw new Failure('--only and --skip leave no check to run');
  return codes;
}

function lastLines(nodes: number, checks: number, report: CheckReport, columns: number | undefined): string {
  const [first] = report.findings;
  return [
    ...renderSkipped(unsaid(report)).flatMap((line) => indented('', line, columns).map((one) => `${one}\n`)),
    ...(first ? [`What a code means: kubectl podcidr explain ${first.code}\n`] : []),
    renderReportSummary(nodes, report, report.skipped.length < checks),
  ].join('');
}

/** Where a finding tells that the CNI does without subnets, it is said that the other checks were not judged. */
function unsaid({ findings, skipped }: CheckReport): SkippedCheck[] {
  const ignored = findings.filter(({ code }) => code === 'CNIIgnoresPodCIDR').map(ignoredReason);
  return skipped.filter(({ reason }) => !ignored.includes(reason));
}

const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 };

function exitCode({ findings }: CheckReport, failOn: Severity | 'never'): ExitCode {
  return findings.some(({ severity }) => fails(severity, failOn)) ? EXIT.problems : EXIT.fine;
}

function fails(severity: Severity, failOn: Severity | 'never'): boolean {
  return RANK[severity] >= RANK[failOn];
}
