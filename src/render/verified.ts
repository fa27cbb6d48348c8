import { count } from '../model/text.ts';
import type { VerifyLine, VerifySubject } from '../model/verification.ts';
import { shorten } from './words.ts';

/** What is told of the nodes of an operation once they were verified. */
export interface Verified {
  /** What passed, and what was not checked: a line each. */
  lines: string[];
  /** What fails, a sentence each. */
  complaints: string[];
}

/** Above so many, nodes that are fine are counted. */
const MOST_NODES = 8;

/** Failures that are told: one cause has many. */
const MOST_FAILURES = 5;

/** What is said of a node where such a line passed, in this order. */
const WORDS: [VerifyLine['check'], string][] = [
  ['NodeFacts', 'node facts'],
  ['NodeToPod', 'pods answer nodes'],
  ['PodToPod', 'pods answer'],
];

/** Briefly: a line a node for what passed, one a reason for what was not checked; what fails in full. The API was looked at before. */
export function verified(subjects: Pick<VerifySubject, 'node'>[], lines: VerifyLine[]): Verified {
  const told = subjects.map(({ node }) => ({ node, lines: lines.filter(({ nodes }) => nodes.includes(node)) }));
  const fine = told.filter((one) => one.lines.every(({ result }) => result !== 'fail'));
  const passes =
    fine.length > MOST_NODES
      ? [`verified ${count(fine.length, 'node')}: ${inCommon(fine.map((one) => words(one.lines))).join(', ')}`]
      : fine.map((one) => `verified node/${one.node}: ${words(one.lines).join(', ')}${partners(one.node, one.lines)}`);
  return { lines: [...passes, ...unchecked(lines)], complaints: failures(lines) };
}

function words(lines: VerifyLine[]): string[] {
  const passed = new Set(lines.filter(({ result }) => result === 'pass').map(({ check }) => check));
  return ['API', ...WORDS.flatMap(([check, text]) => (passed.has(check) ? [text] : []))];
}

function inCommon([first = [], ...others]: string[][]): string[] {
  return first.filter((word) => others.every((one) => one.includes(word)));
}

/** Nodes whose pods and those of this one have answered each other. */
function partners(node: string, lines: VerifyLine[]): string {
  const pairs = lines.filter(({ check, result }) => check === 'PodToPod' && result === 'pass');
  const names = [...new Set(pairs.flatMap(({ nodes }) => nodes))].filter((name) => name !== node);
  return names.length === 0 ? '' : ` (${node} ↔ ${names.join(', ')})`;
}

function unchecked(lines: VerifyLine[]): string[] {
  const reasons = Map.groupBy(
    lines.filter(({ result }) => result === 'not-checked'),
    ({ check, why }) => `${check}: ${why}`,
  );
  return [...reasons].map(([what, same]) => {
    const subjects = [...new Set(same.map(({ subject }) => subject))];
    return `not verified ${shorten(subjects, MOST_NODES).join(', ')}: ${what}`;
  });
}

function failures(lines: VerifyLine[]): string[] {
  const failed = lines.filter(({ result }) => result === 'fail');
  return shorten(
    failed.map(({ subject, check, why }) => `${subject}: ${check}: ${why}`),
    MOST_FAILURES,
  );
}
