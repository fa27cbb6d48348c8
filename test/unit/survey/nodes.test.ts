import test from 'ava';
import { readNode } from '../../../src/survey/nodes.ts';
import { readPod } from '../../../src/survey/pods.ts';

test('the raw Node is kept beside what is read of it: the same object, unchanged', (t) => {
  const raw = { kind: 'Node', metadata: { name: 'a', future: { x: 1 } }, spec: { podCIDR: '10.0.0.0/24' } };
  const before = structuredClone(raw);
  const node = readNode(raw);
  t.is(node.raw, raw);
  t.deepEqual(raw, before);
});

test('podCIDR stands for podCIDRs where that is empty, and empty texts are no subnet', (t) => {
  t.deepEqual(readNode({ spec: { podCIDR: '10.0.0.0/24' } }).podCIDRs, ['10.0.0.0/24']);
  t.deepEqual(readNode({ spec: { podCIDR: '' } }).podCIDRs, []);
  t.is(readNode({ spec: { podCIDR: '' } }).podCIDR, undefined);
  t.deepEqual(readNode({ spec: { podCIDRs: ['10.0.0.0/24', 'fd00::/64'] } }).podCIDRs, ['10.0.0.0/24', 'fd00::/64']);
});

test('a strange Node reads as one that has nothing', (t) => {
  const strange = {
    metadata: { name: 5, labels: ['x'], creationTimestamp: 'soon' },
    spec: null,
    status: { addresses: [7], capacity: { pods: '1k' }, conditions: 'x' },
  };
  const node = readNode(strange as never);
  t.like(node, { name: '', createdAt: undefined, podsCapacity: undefined, ready: undefined, deleting: false });
  t.deepEqual(node.addresses, [{ type: '', address: '' }]);
});

test('of a pod the kinds of address that matter are told apart', (t) => {
  const pod = readPod({
    metadata: {
      name: 'p',
      annotations: { 'kubernetes.io/config.mirror': 'x' },
      ownerReferences: [{ kind: 'DaemonSet', controller: true }],
    },
    spec: { hostNetwork: true, nodeName: 'n' },
    status: { phase: 'Succeeded', podIP: '10.0.0.1' },
  });
  t.like(pod, { mirror: true, controlled: true, hostNetwork: true, finished: true, node: 'n' });
  t.deepEqual(pod.addresses, ['10.0.0.1']);
});
