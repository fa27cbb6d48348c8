import test from 'ava';
import fc from 'fast-check';
import type { SurveyPod } from '../../../src/model/survey.ts';
import { lookUp } from '../../../src/plan/lookup.ts';
import { blockAt } from '../../../src/subnet/block.ts';
import { addressBlock } from '../../../src/subnet/single.ts';
import { nodeWith, surveyOf } from '../checks/support.ts';

const SETTINGS = { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '24', serviceClusterIPRange: '10.96.0.0/12' };

const podOn = (name: string, node: string, address: string, more: Partial<SurveyPod> = {}): SurveyPod => ({
  namespace: 'default',
  name,
  node,
  addresses: [address],
  hostNetwork: false,
  finished: false,
  mirror: false,
  controlled: true,
  ...more,
});

const NODES = [nodeWith('a', ['10.244.1.0/24']), nodeWith('b', ['10.244.2.0/24'])];

function ask(address: string, pods: SurveyPod[]) {
  const query = addressBlock(address);
  if (!query) throw new Error(address);
  return lookUp(query, { ...surveyOf(NODES, SETTINGS), pods: { known: true, value: pods, source: 'test' } });
}

test('two pods with one address are said to answer both', (t) => {
  const { conflicts } = ask('10.244.1.5', [podOn('x', 'a', '10.244.1.5'), podOn('y', 'a', '10.244.1.5')]);
  t.deepEqual(conflicts, ['2 pods answer in 10.244.1.5/32: default/x, default/y']);
});

test('a pod in the subnet of another node is a guest there', (t) => {
  const { conflicts } = ask('10.244.1.5', [podOn('x', 'b', '10.244.1.5')]);
  t.deepEqual(conflicts, ['pod default/x runs on b, and the subnet is that of a']);
});

test('a pod outside of all subnets answers alone', (t) => {
  const { answers, conflicts } = ask('10.244.9.5', [podOn('x', 'b', '10.244.9.5')]);
  t.deepEqual(
    answers.map(({ kind }) => kind),
    ['pod'],
  );
  t.deepEqual(conflicts, []);
});

test('a node is named for exactly the addresses of its subnets, whatever their order', (t) => {
  const anyBlock = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }))
    .map(([at, prefix]) => blockAt('IPv4', 0x0af40100n + BigInt(at), prefix));
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 8 }), anyBlock, (blocks, query) => {
      const nodes = blocks.map(({ text }, index) => nodeWith(`n${index}`, [text]));
      const expected = nodes.filter((_, at) => {
        const block = blocks[at];
        return block !== undefined && block.first <= query.last && query.first <= block.last;
      });
      const named = (survey: typeof nodes) =>
        lookUp(query, surveyOf(survey, SETTINGS)).answers.flatMap(({ kind, node = '' }) =>
          kind === 'node' ? [node] : [],
        );
      t.deepEqual(named(nodes).sort(), expected.map(({ name }) => name).sort());
      t.deepEqual(named([...nodes].reverse()), named(nodes));
      // Blocks nest or are apart: two that overlap are told, and none else.
      const clash = expected.some(({ podCIDRs: [one] }, at) =>
        expected.some(({ podCIDRs: [other] }, index) => {
          const [x, y] = [blocks.find(({ text }) => text === one), blocks.find(({ text }) => text === other)];
          return at !== index && x !== undefined && y !== undefined && x.first <= y.last && y.first <= x.last;
        }),
      );
      t.is(lookUp(query, surveyOf(nodes, SETTINGS)).conflicts.length > 0, clash);
    }),
    { numRuns: 300 },
  );
});
