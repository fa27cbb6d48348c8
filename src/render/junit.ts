import type { CheckReport, Finding, SkippedCheck } from '../model/finding.ts';
import { count } from '../model/text.ts';
import { escapeLine } from './escape.ts';

export interface JUnitOptions {
  /** The checks that were asked for, in their order. */
  codes: readonly string[];
  /** Whether a finding makes the command fail; one that does not is a test that passed, with its words beside it. */
  fails(finding: Finding): boolean;
}

/**
 * The report as JUnit's XML, as build servers read it: a suite with a test for each finding, for each check that found nothing and
 * for each that could not be judged. It holds no time: the same report gives the same bytes.
 */
export function renderJUnit({ findings, skipped }: CheckReport, { codes, fails }: JUnitOptions): string {
  const cases = codes.flatMap((code) => {
    const own = findings.filter((finding) => finding.code === code);
    const unjudged = skipped.filter((check) => check.code === code).map(renderSkip);
    const found = own.map((finding) => (fails(finding) ? renderFailure(finding) : renderNote(finding)));
    return own.length + unjudged.length > 0 ? [...unjudged, ...found] : [`    ${testCase(code, code, '')}`];
  });
  const failures = findings.filter(fails).length;
  const numbers = `tests="${cases.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubectl podcidr" ${numbers}>`,
    `  <testsuite name="kubectl podcidr validate" ${numbers} skipped="${skipped.length}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function renderFailure(finding: Finding): string {
  const { code, severity, message } = finding;
  const body = `<failure type=${quoted(severity)} message=${quoted(message)}>${text(words(finding))}</failure>`;
  return `    ${testCase(code, title(finding), body)}`;
}

function renderNote(finding: Finding): string {
  const said = [`${finding.severity}: ${finding.message}`, ...words(finding)];
  return `    ${testCase(finding.code, title(finding), `<system-out>${text(said)}</system-out>`)}`;
}

function renderSkip({ code, reason }: SkippedCheck): string {
  return `    ${testCase(code, code, `<skipped message=${quoted(reason)}/>`)}`;
}

function testCase(code: string, name: string, body: string): string {
  const attributes = `classname=${quoted(`podcidr.${code}`)} name=${quoted(name)}`;
  return body === '' ? `<testcase ${attributes}/>` : `<testcase ${attributes}>${body}</testcase>`;
}

/** The same in every run, so that a build server follows the finding from build to build. */
function title({ code, subject: { kind, namespace, name } }: Finding): string {
  return `${code} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function words({ nodes, evidence, remedy }: Finding): string[] {
  const named = nodes.length === 0 ? [] : [`${count(nodes.length, 'node')}: ${nodes.join(', ')}`];
  return [...named, ...evidence, `=> ${remedy}`];
}

function text(lines: string[]): string {
  return escapeXML(lines.map(escapeLine).join('\n'));
}

function quoted(value: string): string {
  return `"${escapeXML(escapeLine(value))}"`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Control characters are escaped already; U+FFFE and U+FFFF are the last that XML 1.0 does not have. */
function escapeXML(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '').replace(/[\ufffe\uffff]/g, '\ufffd');
}
