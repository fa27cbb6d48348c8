import test from 'ava';
import type { NodeReport } from '../../../src/model/fact-line.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { renderInspecting, renderNodeFacts, renderNodeFactsSummary } from '../../../src/render/node-facts.ts';

const finding = (node: string, severity: Finding['severity'] = 'error'): Finding => ({
  code: 'RouteStale',
  severity,
  nodes: [node],
  subject: { kind: 'Node', name: node },
  message: 'a route leads to 10.244.77.0/24, which no node has',
  evidence: ['10.244.77.0/24 via 10.99.0.77 dev eth0'],
  remedy:
    'kubectl exec -n kube-flannel kube-flannel-ds-x -c kube-flannel -- ip route del 10.244.77.0/24 via 10.99.0.77 dev eth0',
});

function report(node: string, findings: Finding[], skipped: NodeReport['skipped'] = []): NodeReport {
  return {
    node,
    source: `pod kube-flannel/${node}`,
    podCIDRs: ['10.244.1.0/24'],
    facts: [
      { fact: 'cni0', expected: ['10.244.1.1/24'], found: [], codes: [] },
      { fact: 'routes', expected: ['2 to peers'], found: ['2 to peers'], codes: findings.map(({ code }) => code) },
      { fact: 'CNI configuration', expected: [], found: [], codes: [], unknown: 'not seen' },
    ],
    findings,
    skipped,
  };
}

test('a line a fact, then the findings with a remedy that is never cut', (t) => {
  t.is(
    renderNodeFacts([report('n1', [finding('n1')])], { wrongOnly: false }),
    [
      'NAME   FACT                EXPECTED        FOUND        STATUS',
      'n1     cni0                10.244.1.1/24   <none>       OK',
      'n1     routes              2 to peers      2 to peers   RouteStale',
      'n1     CNI configuration   <none>          <none>       Unknown',
      '',
      'RouteStale  a route leads to 10.244.77.0/24, which no node has',
      '    10.244.77.0/24 via 10.99.0.77 dev eth0',
      '  => kubectl exec -n kube-flannel kube-flannel-ds-x -c kube-flannel -- ip route del 10.244.77.0/24 via 10.99.0.77 dev eth0',
      '',
    ].join('\n'),
  );
});

test('of many nodes only what differs is shown, and nothing when nothing does', (t) => {
  const text = renderNodeFacts([report('n1', []), report('n2', [finding('n2')])], { wrongOnly: true });
  t.regex(text, /^NAME.*\nn2 +routes .* RouteStale\n\nRouteStale {2}/);
  t.is(renderNodeFacts([report('n1', [])], { wrongOnly: true }), '');
});

test('what a node prints cannot act on the terminal', (t) => {
  const evil = report('n1', []);
  evil.facts[0] = { fact: 'cni0', expected: [], found: ['\u001b[2J'], codes: [] };
  t.false(renderNodeFacts([evil], { wrongOnly: false }).includes('\u001b'));
});

test('the summary counts nodes, and names reasons once whatever the node', (t) => {
  const skipped = [
    { code: 'CNIConfigShadowed', reason: 'not seen' },
    { code: 'AddressesLeaked', reason: 'not seen' },
  ];
  t.deepEqual(
    renderNodeFactsSummary(
      [report('n1', [], skipped), report('n2', [finding('n2')], skipped), report('n3', [finding('n3', 'info')])],
      [{ node: 'n4', reason: 'gone' }],
    ),
    ['Not checked: CNIConfigShadowed, AddressesLeaked (not seen)', '4 nodes: 2 as the API says, 1 differs, 1 not read'],
  );
});

test('reasons that differ from node to node are counted', (t) => {
  const reports = Array.from({ length: 5 }, (_, index) =>
    report(`n${index}`, [], [{ code: 'RouteStale', reason: `why ${index}` }]),
  );
  t.deepEqual(renderNodeFactsSummary(reports, []), [
    'Not checked on 5 nodes: RouteStale (-o json has the reasons)',
    '5 nodes: 5 as the API says',
  ]);
});

test('the line of progress never breaks', (t) => {
  t.is(renderInspecting(5, 20, 80), '5/20 nodes inspected');
  t.is(renderInspecting(5, 20, 20), '');
});
