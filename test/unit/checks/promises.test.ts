import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { codesByNode, runChecks } from '../../../src/checks/run.ts';
import { quote } from '../../../src/model/quote.ts';
import { compareText, shellWord } from '../../../src/model/text.ts';
import { renderReport } from '../../../src/render/report.ts';
import { blockAt } from '../../../src/subnet/block.ts';
import { nodeWith, surveyOf } from './support.ts';

const CLUSTER = { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '24', serviceClusterIPRange: '10.96.0.0/12' };

/** Fleets on a small piece of the pool, so that twins and overlaps are frequent. */
const anyFleet = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 15 }),
    prefix: fc.integer({ min: 26, max: 30 }),
    second: fc.option(fc.integer({ min: 0, max: 15 })),
  }),
  { maxLength: 14 },
);

const blockText = (at: number, prefix: number) => blockAt('IPv4', 0x0af40000n + BigInt(at * 8), prefix).text;

function fleet(specs: { at: number; prefix: number; second: number | null }[]) {
  return specs.map(({ at, prefix, second }, index) =>
    nodeWith(`n${index}`, [blockText(at, prefix), ...(second === null ? [] : [blockText(second, 28)])]),
  );
}

test('two nodes are named as twins or as overlapping exactly when comparing every pair says so', (t) => {
  fc.assert(
    fc.property(anyFleet, (specs) => {
      const nodes = fleet(specs);
      const range = (text: string) => {
        const [address = '', prefix = ''] = text.split('/');
        const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
        return { first, last: first + 2 ** (32 - Number(prefix)) - 1 };
      };
      const twins = new Set<string>();
      const overlapping = new Set<string>();
      for (const a of nodes) {
        for (const b of nodes) {
          if (a === b) continue;
          for (const x of a.podCIDRs) {
            for (const y of b.podCIDRs) {
              const [p, q] = [range(x), range(y)];
              if (x === y) twins.add(a.name);
              else if (p.first <= q.last && q.first <= p.last) overlapping.add(a.name);
            }
          }
        }
      }
      const codes = codesByNode(runChecks(surveyOf(nodes)));
      const named = (code: string) => nodes.map(({ name }) => name).filter((name) => codes.get(name)?.includes(code));
      t.deepEqual(
        named('SubnetDuplicate'),
        nodes.map(({ name }) => name).filter((name) => twins.has(name)),
      );
      // A node's own two blocks may join a group; every node that overlaps another's unequal block is in it.
      for (const name of overlapping) t.true(named('SubnetOverlap').includes(name), name);
      for (const name of named('SubnetOverlap')) t.true(overlapping.has(name) || twins.has(name), name);
    }),
    { numRuns: 300 },
  );
});

test('after the remedy of an overlap no unequal subnets overlap', (t) => {
  fc.assert(
    fc.property(anyFleet, (specs) => {
      const nodes = fleet(specs.map((spec) => ({ ...spec, second: null })));
      const moved = new Set(
        runChecks(surveyOf(nodes))
          .findings.filter(({ code }) => code === 'SubnetOverlap')
          .flatMap(({ remedy }) => remedy.split(' ').slice(3)),
      );
      const left = nodes.filter(({ name }) => !moved.has(name));
      t.deepEqual(
        runChecks(surveyOf(left)).findings.filter(({ code }) => code === 'SubnetOverlap'),
        [],
      );
    }),
    { numRuns: 300 },
  );
});

test('the order of the nodes never shows in the report', (t) => {
  fc.assert(
    fc.property(anyFleet, fc.integer(), (specs, seed) => {
      const nodes = [...fleet(specs), nodeWith('empty', []), nodeWith('odd', ['10.244.1.5/24'])];
      const shuffled = [...nodes]
        .sort((a, b) => compareText(`${seed}${a.uid}`.slice(-3), `${seed}${b.uid}`.slice(-3)))
        .reverse();
      t.deepEqual(runChecks(surveyOf(shuffled, CLUSTER)), runChecks(surveyOf(nodes, CLUSTER)));
    }),
    { numRuns: 100 },
  );
});

test('checks never silence one another: one subnet can have every fault at once', (t) => {
  const nodes = [
    nodeWith('a', ['10.96.0.5/16'], { addresses: [['InternalIP', '10.96.0.9']] }),
    nodeWith('b', ['10.96.0.0/16']),
    nodeWith('c', ['10.96.1.0/24']),
  ];
  t.deepEqual(
    codesByNode(
      runChecks(surveyOf(nodes, { ...CLUSTER, clusterCIDR: '10.244.0.0/16,fd00::/56', nodeCIDRMaskSize: '24,64' })),
    ).get('a'),
    [
      'SubnetDuplicate',
      'SubnetMalformed',
      'SubnetOutsideClusterCIDR',
      'SubnetOverlap',
      'SubnetOverlapsNodeAddress',
      'SubnetOverlapsServices',
      'SubnetFamilyMissing',
      'SubnetMaskDiffers',
    ],
  );
});

test('a subnet with host bits or leading zeros still takes part in the other checks', (t) => {
  const { findings } = runChecks(surveyOf([nodeWith('a', ['10.244.1.7/24']), nodeWith('b', ['010.244.1.0/24'])]));
  const twins = findings.find(({ code }) => code === 'SubnetDuplicate');
  t.deepEqual(twins?.nodes, ['a', 'b']);
  t.is(twins?.subject.name, '10.244.1.0/24');
  t.deepEqual(twins?.evidence, ['a: 10.244.1.7/24', 'b: 010.244.1.0/24']);
});

test('a check whose setting is not known is skipped with the reason and the flag that gives it', (t) => {
  const { skipped } = runChecks(surveyOf([nodeWith('a', ['10.244.1.0/24'])]));
  const ofSettings = skipped.filter(({ reason }) => reason.startsWith('nobody asked'));
  t.deepEqual(ofSettings, [
    { code: 'SubnetOutsideClusterCIDR', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'SubnetMaskDiffers', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'SubnetOverlapsServices', reason: 'nobody asked; give it with --service-cluster-ip-range' },
    { code: 'SubnetFamilyMissing', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'PoolExhausted', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'PoolNearlyExhausted', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'ClusterCIDRHostBits', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'NodeMaskInvalid', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'ClusterCIDROverlapsServices', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'AllocationDisabled', reason: 'nobody asked' },
    { code: 'ClusterCIDRMismatch', reason: 'nobody asked; give it with --cluster-cidr' },
    { code: 'AllocatorsConflict', reason: 'nobody asked' },
  ]);
});

test('a missing subnet is a warning where no CNI that follows podCIDR is recognised', (t) => {
  const [finding] = runChecks(surveyOf([nodeWith('a', [], { flannel: false })])).findings;
  t.is(finding?.severity, 'warning');
  t.regex(finding?.evidence.join('\n') ?? '', /no CNI that follows spec\.podCIDR/);
});

test('a node without a creation time counts as old', (t) => {
  t.is(runChecks(surveyOf([nodeWith('a', [])])).findings[0]?.code, 'SubnetMissing');
});

test('of twins the control-plane node keeps the subnet, then the oldest, then the first by name', (t) => {
  const shared = ['10.244.1.0/24'];
  const remedy = (...nodes: ReturnType<typeof nodeWith>[]) => runChecks(surveyOf(nodes)).findings[0]?.remedy;
  const old = { createdAt: '2025-01-01T00:00:00Z' };
  const young = { createdAt: '2026-01-01T00:00:00Z' };
  const controlPlane = { labels: { 'node-role.kubernetes.io/control-plane': '' } };
  t.is(
    remedy(nodeWith('a', shared, old), nodeWith('b', shared, { ...young, ...controlPlane })),
    'kubectl podcidr reassign a',
  );
  t.is(remedy(nodeWith('a', shared, young), nodeWith('b', shared, old)), 'kubectl podcidr reassign a');
  t.is(remedy(nodeWith('b', shared, old), nodeWith('a', shared, old)), 'kubectl podcidr reassign b');
  t.is(remedy(nodeWith('a', shared, old), nodeWith('b', shared)), 'kubectl podcidr reassign a');
});

test('of overlapping subnets a control-plane node keeps its own, however large', (t) => {
  const nodes = [
    nodeWith('cp', ['10.244.0.0/16'], { labels: { 'node-role.kubernetes.io/master': '' } }),
    nodeWith('w1', ['10.244.1.0/24']),
    nodeWith('w2', ['10.245.0.0/24']),
  ];
  t.is(runChecks(surveyOf(nodes)).findings[0]?.remedy, 'kubectl podcidr reassign w1');
});

test('a remedy never names a node that no command can name', (t) => {
  const evil = 'x\u001b[2J y';
  const remedies = (...names: string[]) =>
    runChecks(surveyOf(names.map((name) => nodeWith(name, [])))).findings.map(({ remedy }) => remedy);
  t.deepEqual(remedies(evil), ['the name is not valid: no command can name it']);
  t.deepEqual(remedies('Worker_1', evil), ['the names are not valid: no command can name them']);
  t.deepEqual(remedies('worker-1.example.com', evil), [
    'kubectl podcidr reassign worker-1.example.com  # without 1 name not valid: no command can name it',
  ]);
});

test('what people read has one notation for escapes, in tables and in quoted values', (t) => {
  const report = runChecks(surveyOf([nodeWith('a', ['10.244.1.0/24\u001b[2J'])]));
  t.regex(renderReport(report), /a: "10\.244\.1\.0\/24\^\[\[2J" is not a subnet/);
  t.notRegex(renderReport(report), /\\u001b/);
  t.is(quote('a"\\u001b\u001b\n'), '"a\\"\\\\u001b^[\\n"');
});

test('a remedy survives a shell, whatever the node is called', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~\n\u00e9]{0,12}$/), (name) => {
      t.is(execFileSync('sh', ['-c', `printf %s ${shellWord(name)}`]).toString(), name);
    }),
    { numRuns: 40 },
  );
});

test('5,000 nodes that all share and overlap are all judged', (t) => {
  const nodes = Array.from({ length: 5000 }, (_, i) =>
    nodeWith(`n${i}`, [i % 3 === 0 ? '0.0.0.0/0' : `10.${i % 256}.${(i >> 8) % 256}.0/24`], {
      addresses: [['InternalIP', `10.0.${i >> 8}.${i % 256}`]],
    }),
  );
  const report = runChecks(surveyOf(nodes, { ...CLUSTER, clusterCIDR: '10.0.0.0/8' }));
  t.true(report.findings.length > 1000);
});
