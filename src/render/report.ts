import type { CheckReport, Finding, Severity } from '../model/finding.ts';
import { count } from '../model/text.ts';
import { escapeLine } from './escape.ts';
import { shorten } from './words.ts';

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

/** The report for people, grouped by severity: code, message, nodes, evidence, remedy. Empty when nothing is wrong. */
export function renderReport({ findings }: CheckReport): string {
  const groups = TITLES.flatMap(([severity, title]) => {
    const group = findings.filter((finding) => finding.severity === severity);
    return group.length === 0 ? [] : [`${title} (${group.length})\n\n${group.map(renderFinding).join('\n')}`];
  });
  return groups.join('\n');
}

/** One finding for people: code, message, nodes, evidence, remedy. */
export function renderFinding({ code, nodes, message, evidence, remedy }: Finding): string {
  const lines = [
    `${code}  ${escapeLine(message)}`,
    ...(nodes.length > 1 ? [`  nodes: ${shorten(nodes, MOST_NODES).map(escapeLine).join(', ')}`] : []),
    ...shorten(
      evidence.filter((line) => line !== message),
      MOST_EVIDENCE,
    ).map((line) => `    ${escapeLine(line)}`),
    `  => ${renderRemedy(remedy)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A command for many nodes is cut to what still works when it is pasted; the rest is counted behind a shell comment. */
function renderRemedy(remedy: string): string {
  if (!remedy.startsWith('kubectl podcidr ')) return escapeLine(remedy);
  const [command = ''] = remedy.split('  # ');
  const words = escapeLine(command).split(' ');
  if (words.length <= MOST_REMEDY + 1) return escapeLine(remedy);
  return `${words.slice(0, MOST_REMEDY).join(' ')}  # and ${words.length - MOST_REMEDY} more nodes: -o json has all`;
}

/** The last line, for stderr. */
export function renderReportSummary(nodes: number, { findings }: CheckReport): string {
  const { errors, warnings, infos } = summarise(findings);
  const parts = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(infos > 0 ? [`${infos} for information`] : []),
  ];
  return `${count(nodes, 'node')}: ${parts.length > 0 ? parts.join(', ') : 'nothing wrong was found'}\n`;
}
