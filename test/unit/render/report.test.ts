import test from 'ava';
import type { CheckReport, Finding } from '../../../src/model/finding.ts';
import { renderReport, renderReportSummary } from '../../../src/render/report.ts';

const finding = (more: Partial<Finding> = {}): Finding => ({
  code: 'SubnetDuplicate',
  severity: 'error',
  nodes: ['a', 'b'],
  subject: { kind: 'Subnet', name: '10.244.1.0/24' },
  message: '2 nodes share 10.244.1.0/24',
  evidence: ['a: 10.244.1.0/24', 'b: 10.244.1.0/24'],
  remedy: 'kubectl podcidr reassign b',
  ...more,
});

const report = (...findings: Finding[]): CheckReport => ({ findings, skipped: [] });

test('a finding shows its code, message, nodes, evidence and the command to run', (t) => {
  t.is(
    renderReport(report(finding())),
    `ERRORS (1)

SubnetDuplicate  2 nodes share 10.244.1.0/24
  nodes: a, b
    a: 10.244.1.0/24
    b: 10.244.1.0/24
  => kubectl podcidr reassign b
`,
  );
});

test('errors stand before warnings, each under its heading', (t) => {
  const text = renderReport(report(finding(), finding({ severity: 'warning', code: 'SubnetMaskDiffers' })));
  t.regex(text, /^ERRORS \(1\)[\s\S]*\n\nWARNINGS \(1\)\n\nSubnetMaskDiffers/);
});

test('long lists are shortened and counted, and the shortened command still works when it is pasted', (t) => {
  const nodes = Array.from({ length: 300 }, (_, i) => `worker-${i}`);
  const text = renderReport(
    report(
      finding({
        nodes,
        evidence: nodes.map((name) => `${name}: x`),
        remedy: `kubectl podcidr reassign ${nodes.join(' ')}`,
      }),
    ),
  );
  t.regex(text, /nodes: worker-0, .*worker-7, and 292 more\n/);
  t.regex(text, /worker-4: x\n {4}and 295 more\n/);
  t.regex(text, /=> kubectl podcidr reassign worker-0 .*worker-8 {2}# and 291 more nodes: -o json has all\n/);
  t.true(text.split('\n').every((line) => line.length < 160));
});

test('hostile names and evidence cannot act on the terminal', (t) => {
  const evil = 'x\u001b[2J\u202e\r\n';
  const text = renderReport(
    report(
      finding({ nodes: [evil, 'b'], message: evil, evidence: [evil], remedy: `kubectl podcidr reassign '${evil}'` }),
    ),
  );
  for (const character of ['\u001b', '\u202e', '\r']) t.false(text.includes(character));
  t.is(text.split('\n').length, 6);
});

test('the last line counts nodes and findings', (t) => {
  t.is(
    renderReportSummary(300, report(finding(), finding(), finding({ severity: 'warning' }))),
    '300 nodes: 2 errors, 1 warning\n',
  );
  t.is(renderReportSummary(1, report()), '1 node: nothing wrong was found\n');
});

test('on a terminal words are wrapped and the command is not: it is copied', (t) => {
  const message = 'its subnet overlaps the service range of this cluster, whoever has set it and for what reason';
  const text = renderReport(report(finding({ message, evidence: [message] })), 60);
  t.is(
    text,
    `ERRORS (1)

SubnetDuplicate  its subnet overlaps the service range
      of this cluster, whoever has set it and for what
      reason
  nodes: a, b
  => kubectl podcidr reassign b
`,
  );
  t.true(
    renderReport(report(finding({ evidence: [message] })), 60)
      .split('\n')
      .every((line) => line.length <= 60),
  );
});
