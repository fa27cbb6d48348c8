import test from 'ava';
import { judgeAgreement } from '../../../src/checks/agreement.ts';
import type { VerifySubject } from '../../../src/model/verification.ts';
import { NOW, nodeWith, surveyOf } from './support.ts';

const CLUSTER = { clusterCIDR: '10.244.0.0/16,fd00::/56', nodeCIDRMaskSize: '24,64' };

const BOTH = ['10.244.1.0/24', 'fd00:0:0:1::/64'];

const subject = (node: string, given?: string[]): VerifySubject => ({
  node,
  twins: [],
  hadCSINode: false,
  ...(given ? { given: { podCIDRs: given, operation: 'op-1' } } : {}),
});

const lines = (subjects: VerifySubject[], nodes: ReturnType<typeof nodeWith>[], flags: object = CLUSTER) =>
  judgeAgreement(subjects, surveyOf(nodes, flags)).map(
    ({ subject: about, check, result, why, nodes: names }) => `${about} ${check} ${result} [${names}]: ${why}`,
  );

test('a node with a subnet of its own inside the cluster CIDR passes', (t) => {
  t.deepEqual(lines([subject('a', BOTH)], [nodeWith('a', BOTH), nodeWith('b', ['10.244.2.0/24'])]), [
    'node/a Subnet pass [a]: 10.244.1.0/24,fd00:0:0:1::/64, shared with no node',
    'node/a ClusterCIDR pass [a]: inside 10.244.0.0/16,fd00::/56',
  ]);
});

test('a Node that is absent fails, and nothing more is said of it', (t) => {
  t.deepEqual(lines([subject('a')], [nodeWith('b', BOTH)]), ['node/a Subnet fail [a]: the Node is absent']);
});

test('a node that has another subnet than the operation gave it fails', (t) => {
  t.is(
    lines([subject('a', ['10.244.9.0/24'])], [nodeWith('a', BOTH)])[0],
    'node/a Subnet fail [a]: it has 10.244.1.0/24,fd00:0:0:1::/64, not 10.244.9.0/24, which operation op-1 gave it',
  );
  const created = new Date(NOW).toISOString();
  t.deepEqual(lines([subject('a', BOTH)], [nodeWith('a', [], { createdAt: created })]), [
    'node/a Subnet fail [a]: it has none, not 10.244.1.0/24,fd00:0:0:1::/64, which operation op-1 gave it',
  ]);
});

test('each error of the node is a line, warnings are none, and other nodes’ errors are not its own', (t) => {
  const nodes = [
    nodeWith('a', ['10.244.1.0/24']),
    nodeWith('b', ['10.244.1.0/24']),
    nodeWith('c', ['10.244.5.0/24', 'fd00:0:0:5::/64']),
  ];
  t.deepEqual(lines([subject('a'), subject('c')], nodes), [
    'node/a Subnet fail [a]: SubnetDuplicate: 2 nodes share 10.244.1.0/24',
    'node/a ClusterCIDR pass [a]: inside 10.244.0.0/16,fd00::/56',
    'node/c Subnet pass [c]: 10.244.5.0/24,fd00:0:0:5::/64, shared with no node',
    'node/c ClusterCIDR pass [c]: inside 10.244.0.0/16,fd00::/56',
  ]);
});

test('a subnet outside the cluster CIDR is told apart from whether it is the node’s own', (t) => {
  const nodes = [nodeWith('a', ['10.9.0.0/24']), nodeWith('b', BOTH)];
  t.deepEqual(lines([subject('a'), subject('b')], nodes), [
    'node/a Subnet pass [a]: 10.9.0.0/24, shared with no node',
    'node/a ClusterCIDR fail [a]: SubnetOutsideClusterCIDR: 1 node has a subnet outside the cluster CIDR 10.244.0.0/16,fd00::/56',
    'node/b Subnet pass [b]: 10.244.1.0/24,fd00:0:0:1::/64, shared with no node',
    'node/b ClusterCIDR pass [b]: inside 10.244.0.0/16,fd00::/56',
  ]);
});

test('a node that needs no subnet yet is not checked, nor is a cluster CIDR that is not known', (t) => {
  const created = new Date(NOW).toISOString();
  t.deepEqual(lines([subject('a')], [nodeWith('a', [], { createdAt: created })]), [
    'node/a Subnet not-checked [a]: the node has no subnet yet, or needs none',
  ]);
  t.deepEqual(lines([subject('a')], [nodeWith('a', BOTH)], {}), [
    'node/a Subnet pass [a]: 10.244.1.0/24,fd00:0:0:1::/64, shared with no node',
    'node/a ClusterCIDR not-checked [a]: nobody asked; give it with --cluster-cidr',
  ]);
});
