import type { CheckReport, Finding, Severity } from '../model/finding.ts';
import { count } from '../model/text.ts';
import { escapeLine } from './escape.ts';
import { clip, indented, shorten } from './words.ts';

/** Lines of evidence and node names that the text shows; JSON has all. */
const MOST_EVIDENCE = 5;
const MOST_NODES = 8;
/** Words of a remedy that the text shows: a command for more nodes would fill the screen. */
const MOST_REMEDY = 12;

const TITLES: [Severity, string][] = [
  ['error', 'ERRORS'],
  ['warning', 'WARNINGS'],
  ['info', 'INFORMATION'],
];

/** How many findings of each severity. */
interface ReportSummary {
  errors: number;
  warnings: number;
  infos: number;
}

function summarise(findings: Finding[]): ReportSummary {
  const of = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return { errors: of('error'), warnings: of('warning'), infos: of('info') };
}

/** The report as data (a contract): kind ValidationReport. */
export function validationReport({ findings, skipped }: CheckReport): object {
  return {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'ValidationReport',
    summary: summarise(findings),
    findings,
    skipped,
  };
}

/**
 * The report for people, grouped by severity: code, message, nodes, evidence, remedy. Empty when nothing is wrong. Words are
 * wrapped for a terminal of so many columns, commands never: they are copied. Undefined: not wrapped.
 */
export function renderReport({ findings }: CheckReport, columns?: number): string {
  const groups = TITLES.flatMap(([severity, title]) => {
    const group = findings.filter((finding) => finding.severity === severity);
    return group.length === 0
      ? []
      : [`${title} (${group.length})\n\n${group.map((finding) => renderFinding(finding, columns)).join('\n')}`];
  });
  return groups.join('\n');
}

/** One finding for people: code, message, nodes, evidence, remedy; wrapped at so many columns, undefined: not at all. */
export function renderFinding({ code, nodes, message, evidence, remedy }: Finding, columns?: number): string {
  const seen = shorten(
    evidence.filter((line) => line !== message),
    MOST_EVIDENCE,
  );
  const lines = [
    ...indented('', `${code}  ${escapeLine(clip(message))}`, columns),
    ...(nodes.length > 1
      ? indented('  ', `nodes: ${shorten(nodes, MOST_NODES).map(clip).map(escapeLine).join(', ')}`, columns)
      : []),
    ...seen.flatMap((line) => indented('    ', escapeLine(clip(line)), columns)),
    `  => ${renderRemedy(remedy)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Commands that end in names, and what these are. */
const LISTS: [RegExp, string][] = [
  [/^kubectl podcidr reassign /, 'nodes'],
  [/^kubectl -n \S+ delete pod /, 'pods'],
];

/**
 * A long list of names is cut to a command that still works when it is pasted; the rest is counted behind a shell comment. Other
 * commands are never cut.
 */
function renderRemedy(remedy: string): string {
  if (!remedy.startsWith('kubectl podcidr ')) return escapeLine(remedy);
  const [command = ''] = remedy.split('  # ');
  const [first = '', ...others] = escapeLine(command).split(' && ');
  const noun = LISTS.find(([pattern]) => pattern.test(first))?.[1];
  const words = first.split(' ');
  if (noun === undefined || words.length <= MOST_REMEDY + 1) return escapeLine(remedy);
  const rest = words.length - MOST_REMEDY + others.reduce((sum, other) => sum + other.split(' ').length - 5, 0);
  return `${words.slice(0, MOST_REMEDY).join(' ')}  # and ${rest} more ${noun}: -o json has all`;
}

/** The last line, for stderr. `judged`: whether any check was. */
export function renderReportSummary(nodes: number, { findings }: CheckReport, judged = true): string {
  const { errors, warnings, infos } = summarise(findings);
  const parts = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(infos > 0 ? [`${infos} for information`] : []),
  ];
  const nothing = judged ? 'nothing wrong was found' : 'nothing was judged';
  return `${count(nodes, 'node')}: ${parts.length > 0 ? parts.join(', ') : nothing}\n`;
}
