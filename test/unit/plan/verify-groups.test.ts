import test from 'ava';
import type { SurveyNode } from '../../../src/model/survey.ts';
import type { VerifyLine, VerifySubject } from '../../../src/model/verification.ts';
import { verifyGroups } from '../../../src/plan/verify-groups.ts';
import { inOrder } from '../../../src/plan/verify-order.ts';
import { readNode } from '../../../src/survey/nodes.ts';

const node = (name: string, podCIDR: string, more: { ready?: string; controlPlane?: boolean } = {}): SurveyNode =>
  readNode({
    metadata: {
      name,
      uid: name,
      ...(more.controlPlane ? { labels: { 'node-role.kubernetes.io/control-plane': '' } } : {}),
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: { conditions: [{ type: 'Ready', status: more.ready ?? 'True' }] },
  });

const fleet = (count: number) => Array.from({ length: count }, (_, i) => node(`w${i}`, `10.244.${i}.0/24`));

const subject = (name: string, ...twins: string[]): VerifySubject => ({ node: name, twins, hadCSINode: false });

const always = () => true;

const both = (a: string, b: string) => [
  [a, b],
  [b, a],
];

test('a node, its twin and a third one reach each other in both directions', (t) => {
  const [group, ...more] = verifyGroups([subject('w1', 'w3')], fleet(5), always);
  t.deepEqual(more, []);
  t.deepEqual(group?.nodes, ['w1', 'w3', 'w0']);
  const expected = [...both('w1', 'w3'), ...both('w1', 'w0'), ...both('w3', 'w0')].map(String);
  t.deepEqual(group?.pairs.map(String).sort(), expected.sort());
});

test('the third node works, is no control plane, shares its subnet with nobody, and can take a pod', (t) => {
  const nodes = [
    node('a', '10.244.1.0/24'),
    node('b', '10.244.2.0/24'),
    node('cp', '10.244.3.0/24', { controlPlane: true }),
    node('down', '10.244.4.0/24', { ready: 'Unknown' }),
    node('twin-1', '10.244.5.0/24'),
    node('twin-2', '10.244.5.0/24'),
    node('full', '10.244.6.0/24'),
    node('good', '10.244.7.0/24'),
  ];
  const third = (able: (name: string) => boolean) => verifyGroups([subject('a', 'b')], nodes, able)[0]?.nodes[2];
  t.is(
    third((name) => name !== 'full'),
    'good',
  );
  t.is(
    third((name) => name !== 'full' && name !== 'good'),
    'cp',
  );
});

test('where every node is concerned one of them stands by; a cluster of two has no third node', (t) => {
  const three = verifyGroups([subject('w0', 'w1'), subject('w2')], fleet(3), always);
  t.deepEqual(three[0]?.nodes, ['w0', 'w1', 'w2']);
  t.deepEqual(three[1]?.pairs, []);
  const [two] = verifyGroups([subject('w0', 'w1')], fleet(2), always);
  t.deepEqual(two?.pairs, both('w0', 'w1'));
  const [alone] = verifyGroups([subject('w0')], fleet(1), always);
  t.deepEqual(alone, { nodes: ['w0'], pairs: [] });
});

test('a node without a known twin is tried with the next named one, and with others up to three', (t) => {
  t.deepEqual(verifyGroups([subject('w1')], fleet(4), always)[0]?.nodes, ['w1', 'w0', 'w2']);
  const named = verifyGroups([subject('w1'), subject('w2')], fleet(4), always);
  t.deepEqual(named[0]?.nodes, ['w1', 'w2', 'w0']);
});

test('no pair twice, none with itself; 300 nodes need a few pairs each and one node that stands by', (t) => {
  const subjects = Array.from({ length: 300 }, (_, i) => subject(`w${i}`));
  const groups = verifyGroups(subjects, fleet(301), always);
  const pairs = groups.flatMap((group) => group.pairs).map(String);
  t.is(new Set(pairs).size, pairs.length);
  t.true(pairs.every((pair) => pair.split(',')[0] !== pair.split(',')[1]));
  t.true(pairs.length <= 300 * 4);
  const standing = groups
    .flatMap((group) => group.nodes)
    .filter((name) => !subjects.some(({ node: one }) => one === name));
  t.deepEqual(new Set(standing), new Set(['w300']));
});

test('a twin that is gone is not reached for, and of many twins two are', (t) => {
  t.deepEqual(verifyGroups([subject('w0', 'gone')], fleet(3), always)[0]?.nodes, ['w0', 'w1', 'w2']);
  const many = verifyGroups([subject('w0', 'w1', 'w2', 'w3', 'w4')], fleet(9), always);
  t.deepEqual(many[0]?.nodes, ['w0', 'w1', 'w2', 'w5']);
  t.deepEqual(verifyGroups([subject('gone')], fleet(3), always), []);
});

test('lines come node by node, in the order of the checks', (t) => {
  const line = (check: VerifyLine['check'], ...nodes: string[]): VerifyLine => ({
    subject: nodes.join(' → '),
    check,
    nodes,
    result: 'pass',
    why: 'x',
  });
  const lines = [
    line('Lease', 'b'),
    line('PodToPod', 'c', 'a'),
    line('Lease', 'a'),
    line('Subnet', 'b'),
    line('PodToPod', 'a', 'b'),
  ];
  t.deepEqual(
    inOrder(lines, [subject('a'), subject('b')]).map(({ check, subject: of }) => `${check} ${of}`),
    ['PodToPod c → a', 'PodToPod a → b', 'Lease a', 'Subnet b', 'Lease b'],
  );
});
