import test from 'ava';
import fc from 'fast-check';
import type { CheckReport, Finding } from '../../../src/model/finding.ts';
import { escapeLine } from '../../../src/render/escape.ts';
import { renderJUnit } from '../../../src/render/junit.ts';
import { renderPrometheus } from '../../../src/render/prometheus.ts';
import { readPrometheus } from '../../harness/prometheus.ts';
import { readXML } from '../../harness/xml.ts';

const finding = (code: string, severity: Finding['severity'], nodes: string[], name = 'x'): Finding => ({
  code,
  severity,
  nodes,
  subject: { kind: 'Subnet', name },
  message: `${nodes.length} share <${name}> & "more"`,
  evidence: nodes.map((node) => `${node}: it's`),
  remedy: `kubectl podcidr reassign ${nodes.join(' ')}`,
});

const CODES = ['SubnetDuplicate', 'SubnetMaskDiffers', 'SubnetMissing', 'SubnetOverlapsServices'];
const REPORT: CheckReport = {
  findings: [
    finding('SubnetDuplicate', 'error', ['a', 'b'], '10.1.0.0/24'),
    finding('SubnetDuplicate', 'error', ['a', 'c'], '10.2.0.0/24'),
    finding('SubnetMaskDiffers', 'warning', ['d']),
  ],
  skipped: [{ code: 'SubnetOverlapsServices', reason: 'the service range is "unknown"; give it' }],
};

const errors = { codes: CODES, fails: ({ severity }: Finding) => severity === 'error' };

test('JUnit has a test for each finding, for each check that found nothing and for each that was skipped', (t) => {
  const root = readXML(renderJUnit(REPORT, errors));
  const [suite] = root.children;
  t.is(root.name, 'testsuites');
  t.like(suite, { name: 'testsuite', attributes: { tests: '5', failures: '2', errors: '0', skipped: '1' } });
  t.deepEqual(
    suite?.children.map(({ name, attributes, children }) => [
      name,
      attributes.name,
      children.map((child) => child.name),
    ]),
    [
      ['testcase', 'SubnetDuplicate Subnet 10.1.0.0/24', ['failure']],
      ['testcase', 'SubnetDuplicate Subnet 10.2.0.0/24', ['failure']],
      ['testcase', 'SubnetMaskDiffers Subnet x', ['system-out']],
      ['testcase', 'SubnetMissing', []],
      ['testcase', 'SubnetOverlapsServices', ['skipped']],
    ],
  );
  const [failure] = suite?.children[0]?.children ?? [];
  t.is(failure?.attributes.message, '2 share <10.1.0.0/24> & "more"');
  t.is(failure?.text, "2 nodes: a, b\na: it's\nb: it's\n=> kubectl podcidr reassign a b");
  t.is(suite?.children[4]?.children[0]?.attributes.message, 'the service range is "unknown"; give it');
});

test('JUnit counts the nodes of a finding that names some, and no others', (t) => {
  const body = (nodes: string[]) =>
    renderJUnit({ findings: [finding('SubnetMissing', 'error', nodes)], skipped: [] }, errors);
  t.regex(body(['a', 'b']), />2 nodes: a, b\n/);
  t.notRegex(body([]), /0 nodes/);
});

test('what --fail-on lets pass is no failure in JUnit either', (t) => {
  const failures = (fails: (one: Finding) => boolean) =>
    readXML(renderJUnit(REPORT, { codes: CODES, fails })).attributes.failures;
  t.is(
    failures(() => true),
    '3',
  );
  t.is(
    failures(() => false),
    '0',
  );
});

test('Prometheus counts findings by code and severity, by node, and says 0 where nothing was found', (t) => {
  const samples = readPrometheus(renderPrometheus(REPORT, CODES, 4));
  const value = (metric: string, labels: Record<string, string>) =>
    samples.find((sample) => sample.metric === metric && JSON.stringify(sample.labels) === JSON.stringify(labels))
      ?.value;
  t.is(value('kubectl_podcidr_nodes', {}), 4);
  t.is(value('kubectl_podcidr_findings', { code: 'SubnetDuplicate', severity: 'error' }), 2);
  t.is(value('kubectl_podcidr_findings', { code: 'SubnetMissing', severity: 'error' }), 0);
  t.is(value('kubectl_podcidr_node_findings', { node: 'a', code: 'SubnetDuplicate', severity: 'error' }), 2);
  t.is(value('kubectl_podcidr_node_findings', { node: 'd', code: 'SubnetMaskDiffers', severity: 'warning' }), 1);
  t.is(value('kubectl_podcidr_check_skipped', { code: 'SubnetOverlapsServices' }), 1);
  t.is(value('kubectl_podcidr_check_skipped', { code: 'SubnetMissing' }), 0);
  t.false(
    samples.some(
      ({ metric, labels }) => metric === 'kubectl_podcidr_findings' && labels.code === 'SubnetOverlapsServices',
    ),
    'a check that was not judged has found neither something nor nothing',
  );
});

test('a report without a finding is a text of zeros, not an empty one', (t) => {
  const samples = readPrometheus(renderPrometheus({ findings: [], skipped: [] }, CODES, 0));
  t.is(samples.filter(({ metric }) => metric === 'kubectl_podcidr_findings').length, 3 * CODES.length);
  t.true(samples.every((sample) => sample.value === 0));
});

test('JUnit and Prometheus keep to their formats whatever the cluster says, and cannot act on a terminal', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('\u001b[31m', '\ufffe', '\uffff', ']]>', '&lt;', '"', '\\', '\\n', '\n', '\u202e', '\ud800', '-->'),
  );
  const findings = fc.array(
    fc
      .tuple(fc.array(text, { minLength: 1, maxLength: 3 }), text)
      .map(([nodes, name]) => finding('SubnetDuplicate', 'error', [...new Set(nodes)], name)),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(findings, text, (found, reason) => {
      const report = { findings: found, skipped: [{ code: 'SubnetMissing', reason }] };
      const xml = renderJUnit(report, errors);
      t.notThrows(() => readXML(xml));
      const prometheus = renderPrometheus(report, CODES, 1);
      const named = readPrometheus(prometheus).flatMap(({ labels }) => labels.node ?? []);
      t.deepEqual([...named].sort(), [...new Set(found.flatMap(({ nodes }) => nodes.map(escapeLine)))].sort());
      for (const printed of [xml, prometheus]) {
        t.is(printed, printed.split('\n').map(escapeLine).join('\n'));
      }
    }),
    { numRuns: 1000 },
  );
});
