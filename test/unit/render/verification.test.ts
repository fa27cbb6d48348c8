import test from 'ava';
import type { VerifyLine } from '../../../src/model/verification.ts';
import { renderVerification, renderVerifySummary, verifyReport } from '../../../src/render/verification.ts';
import { verified } from '../../../src/render/verified.ts';
import { schemaErrors } from '../../harness/schema.ts';

const line = (check: VerifyLine['check'], result: VerifyLine['result'], ...nodes: string[]): VerifyLine => ({
  subject: nodes.length === 1 ? `node/${nodes[0]}` : nodes.join(' → '),
  check,
  result,
  why: `why ${check}`,
  nodes,
});

const LINES = [
  line('NodeFacts', 'pass', 'a'),
  line('PodToPod', 'pass', 'a', 'b'),
  line('PodToPod', 'pass', 'b', 'a'),
  line('PodToPod', 'pass', 'c', 'a'),
  line('CSINode', 'not-checked', 'a'),
];

test('the table says pass, fail or not checked, and why; hostile words stay in their line', (t) => {
  const evil = { ...line('PodToPod', 'fail', 'a', 'b'), why: 'answered by "\u001b[2J\nx"' };
  t.is(
    renderVerification([line('Lease', 'not-checked', 'a'), evil], true),
    `SUBJECT   CHECK      RESULT        WHY
node/a    Lease      not checked   why Lease
a → b     PodToPod   fail          answered by "^[[2J\\nx"
`,
  );
  t.is(renderVerification([line('Lease', 'pass', 'a')], false), 'node/a   Lease   pass   why Lease\n');
});

test('the report counts, and keeps to its schema', (t) => {
  const report = verifyReport([...LINES, line('Subnet', 'fail', 'b')]);
  t.is(schemaErrors('verify-report', report), '');
  t.like(report, { kind: 'VerifyReport', summary: { passed: 4, failed: 1, notChecked: 1 } });
  t.is(renderVerifySummary(LINES), '4 passed, 0 failed, 1 not checked\n');
  t.is(renderVerifySummary([]), '0 passed, 0 failed\n');
});

test('after an operation: a line a node with those whose pods answered, and what was not checked', (t) => {
  t.deepEqual(verified([{ node: 'a' }], LINES), {
    lines: ['verified node/a: API, node facts, pods answer (a ↔ b, c)', 'not verified node/a: CSINode: why CSINode'],
    complaints: [],
  });
});

test('a node with a failure is not said to be verified: the failure is, once for each pair, and not more than a few', (t) => {
  const fails = ['b', 'c'].map((peer) => line('PodToPod', 'fail', 'a', peer));
  t.deepEqual(verified([{ node: 'a' }], [...LINES, ...fails]).complaints, [
    'a → b: PodToPod: why PodToPod',
    'a → c: PodToPod: why PodToPod',
  ]);
  t.false(verified([{ node: 'a' }], [...LINES, ...fails]).lines.some((text) => text.startsWith('verified')));
  const many = Array.from({ length: 20 }, (_, i) => line('PodToPod', 'fail', 'a', `n${i}`));
  t.deepEqual(verified([{ node: 'a' }], many).complaints.at(-1), 'and 15 more');
});

test('many nodes are counted, with what all of them have in common; one reason is said once', (t) => {
  const nodes = Array.from({ length: 20 }, (_, i) => `n${i}`);
  const lines = nodes.flatMap((node) => [
    line('NodeFacts', 'pass', node),
    ...(node === 'n3' ? [] : [line('PodToPod', 'pass', node, 'x')]),
    line('CSINode', 'not-checked', node),
  ]);
  t.deepEqual(
    verified(
      nodes.map((node) => ({ node })),
      lines,
    ).lines,
    [
      'verified 20 nodes: API, node facts',
      `not verified ${nodes
        .slice(0, 8)
        .map((node) => `node/${node}`)
        .join(', ')}, and 12 more: CSINode: why CSINode`,
    ],
  );
});
