import test from 'ava';
import type { SurveyPod } from '../../../../src/model/survey.ts';
import { known } from '../../facts.ts';
import { nodeWith } from '../support.ts';
import { judge } from '../with-facts.ts';

const NODES = [
  nodeWith('a', ['10.244.1.0/24']),
  nodeWith('b', ['10.244.2.0/24']),
  nodeWith('twin', ['10.244.2.0/24']),
  nodeWith('c', ['10.244.3.0/24']),
];

const pod = (name: string, node: string, ...addresses: string[]): SurveyPod => ({
  namespace: 'd',
  name,
  node,
  addresses,
  hostNetwork: false,
  finished: false,
  running: true,
  mirror: false,
  controlled: true,
});

const fine = (count: number) => Array.from({ length: count }, (_, at) => pod(`f${at}`, 'c', `10.244.3.${at + 100}`));

const stray = (...pods: SurveyPod[]) =>
  judge('PodStray', NODES, {}, {}, { pods: known([...fine(9), ...pods]) }).findings;

const twins = (...pods: SurveyPod[]) => judge('PodAddressDuplicate', NODES, {}, {}, { pods: known(pods) }).findings;

test('pods outside their node’s subnet are one finding a node, with the command that makes them anew', (t) => {
  t.deepEqual(stray(pod('y', 'a', '10.244.9.2'), pod('x', 'a', '10.244.9.1'), pod('in', 'a', '10.244.1.9')), [
    {
      code: 'PodStray',
      severity: 'error',
      nodes: ['a'],
      subject: { kind: 'Node', name: 'a' },
      message: 'a: 2 pods have addresses outside its subnet 10.244.1.0/24',
      evidence: ['d/x: 10.244.9.1', 'd/y: 10.244.9.2'],
      remedy: 'kubectl -n d delete pod x y',
    },
  ]);
  t.is(stray(pod('x', 'a', '10.244.9.1'))[0]?.message, 'a: 1 pod has an address outside its subnet 10.244.1.0/24');
});

test('pods on the host network, finished or starting ones are not accused', (t) => {
  for (const more of [{ hostNetwork: true }, { finished: true }, { running: false }]) {
    t.deepEqual(stray({ ...pod('x', 'a', '10.244.9.1'), ...more }), [], JSON.stringify(more));
  }
});

test('of rows without namespaces the pods are listed, not deleted', (t) => {
  const [found] = stray({ ...pod('x', 'a', '10.244.9.1'), namespace: '' });
  t.deepEqual(found?.evidence, ['x: 10.244.9.1']);
  t.is(found?.remedy, 'kubectl get pods -A --field-selector=spec.nodeName=a -o wide');
});

test('two pods with one address are told, and the later by name makes room', (t) => {
  t.deepEqual(
    twins(pod('y', 'a', '10.244.1.9'), pod('x', 'a', '10.244.1.9', '10.244.1.9'), pod('z', 'a', '10.244.1.8')),
    [
      {
        code: 'PodAddressDuplicate',
        severity: 'error',
        nodes: ['a'],
        subject: { kind: 'Address', name: '10.244.1.9' },
        message: '2 pods have the same address 10.244.1.9',
        evidence: ['d/x on a', 'd/y on a'],
        remedy: 'kubectl -n d delete pod y',
      },
    ],
  );
});

test('where the subnets are the same, or a pod strays, that is the cause and told as such', (t) => {
  t.deepEqual(twins(pod('x', 'b', '10.244.2.9'), pod('y', 'twin', '10.244.2.9')), []);
  t.deepEqual(twins(pod('x', 'a', '10.244.1.9'), pod('y', 'c', '10.244.1.9')), []);
  t.is(twins(pod('x', 'b', '10.244.2.9'), pod('y', 'b', '10.244.2.9')).length, 1);
});
