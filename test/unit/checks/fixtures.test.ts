import { readdirSync } from 'node:fs';
import test from 'ava';
import { CLUSTER_CODES, type ClusterCode } from '../../../src/checks/catalogue.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { surveyFixture } from './support.ts';

const report = (code: string, file: string) => runChecks(surveyFixture(`checks/${code}/${file}.yaml`));

test('every code has a dump that raises it and one that nearly does', (t) => {
  t.deepEqual(readdirSync(new URL('../../fixtures/checks', import.meta.url)).sort(), [...CLUSTER_CODES].sort());
});

for (const code of CLUSTER_CODES) {
  test(`${code} is raised by a real dump with this fault`, (t) => {
    t.true(report(code, 'raises').findings.some((finding) => finding.code === code));
  });

  test(`${code} is not raised by a dump that nearly has this fault`, (t) => {
    t.deepEqual(
      report(code, 'near-miss').findings.filter((finding) => finding.code === code),
      [],
    );
  });
}

/** What each dump's finding of its code says: nodes, subject and remedy of each. */
const EXPECTED: Record<ClusterCode, [severity: string, nodes: string[], subject: string, remedy: string][]> = {
  SubnetMissing: [
    ['error', ['worker-2', 'worker-3'], 'Field spec.podCIDR', 'kubectl podcidr reassign worker-2 worker-3'],
  ],
  SubnetMalformed: ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-6'].map((name) => [
    'error',
    [name],
    `Node ${name}`,
    `kubectl podcidr reassign ${name}`,
  ]),
  SubnetDuplicate: [
    ['error', ['cp1', 'worker-290'], 'Subnet 10.244.0.0/24', 'kubectl podcidr reassign worker-290'],
    ['error', ['worker-289', 'worker-31'], 'Subnet 10.244.31.0/24', 'kubectl podcidr reassign worker-289'],
  ],
  SubnetOverlap: [
    [
      'error',
      ['cp1', 'worker-1', 'worker-17', 'worker-2', 'worker-30'],
      'Subnet 10.244.0.0/16',
      'kubectl podcidr reassign worker-17',
    ],
  ],
  SubnetOutsideClusterCIDR: [
    [
      'error',
      ['worker-1', 'worker-2', 'worker-3'],
      'Setting --cluster-cidr',
      'kubectl podcidr reassign worker-1 worker-2 worker-3',
    ],
  ],
  SubnetMaskDiffers: [
    [
      'warning',
      ['worker-1', 'worker-2'],
      'Setting --node-cidr-mask-size',
      'kubectl podcidr reassign worker-1 worker-2',
    ],
  ],
  SubnetOverlapsServices: [
    [
      'error',
      ['worker-11', 'worker-8'],
      'Setting --service-cluster-ip-range',
      'kubectl podcidr reassign worker-11 worker-8',
    ],
  ],
  SubnetOverlapsNodeAddress: [['error', ['worker-1'], 'Node worker-1', 'kubectl podcidr reassign worker-1']],
  SubnetFamilyMissing: [['warning', ['worker-1'], 'Setting --cluster-cidr', 'kubectl podcidr reassign worker-1']],
  OperationInterrupted: [
    ['error', ['worker-32'], 'Operation 20261120-091402-4c42ff', 'kubectl podcidr resume 20261120-091402-4c42ff'],
  ],
};

for (const code of CLUSTER_CODES) {
  test(`${code} names the nodes, its subject and the command that cures it`, (t) => {
    const found = report(code, 'raises').findings.filter((finding) => finding.code === code);
    t.deepEqual(
      found.map(({ severity, nodes, subject, remedy }) => [severity, nodes, `${subject.kind} ${subject.name}`, remedy]),
      EXPECTED[code],
    );
  });
}

test('evidence of a misplaced subnet says what is wrong with its place', (t) => {
  const [finding] = report('SubnetOutsideClusterCIDR', 'raises').findings;
  t.deepEqual(finding?.evidence, [
    'cluster CIDR 10.244.0.0/16,fd00:10:244::/56: pod kube-system/kube-controller-manager-cp1 --cluster-cidr',
    'worker-1: 10.245.1.0/24',
    'worker-2: fd00:10:244:2::/64 stands at position 1, where the cluster CIDR has 10.244.0.0/16',
    'worker-2: 10.244.2.0/24 stands at position 2, where the cluster CIDR has fd00:10:244::/56',
    'worker-3: 10.244.0.0/15',
  ]);
});
