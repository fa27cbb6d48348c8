import { readdirSync } from 'node:fs';
import test from 'ava';
import { runChecks } from '../../../src/checks/run.ts';
import { surveyFixture } from './support.ts';

/** Clusters whose pods do not live in spec.podCIDR: that is all that is said of them. */
const IGNORING = ['calico', 'calico-operator', 'cilium-cluster-pool', 'eks'];

const NAMES = readdirSync(new URL('../../fixtures/healthy', import.meta.url))
  .map((file) => file.replace('.yaml', ''))
  .sort();

for (const name of NAMES) {
  test(`nothing is wrong with a healthy cluster: ${name}`, (t) => {
    const { findings } = runChecks(surveyFixture(`healthy/${name}.yaml`));
    t.deepEqual(
      findings.map(({ code, severity }) => `${severity} ${code}`),
      IGNORING.includes(name) ? ['info CNIIgnoresPodCIDR'] : [],
    );
  });
}

test('there is a healthy cluster of every kind', (t) => {
  t.deepEqual(NAMES, [
    'aks',
    'calico',
    'calico-operator',
    'cilium-cluster-pool',
    'eks',
    'gke',
    'k3s',
    'kubeadm-flannel-dual-stack',
    'kubeadm-flannel-host-gw',
    'kubeadm-flannel-vxlan',
    'node-ipam-controller',
    'rke2-canal',
    'virtual-nodes',
  ]);
});

test('what cannot be judged on a managed cluster is judged with flags given by hand', (t) => {
  const flags = { clusterCIDR: '10.84.0.0/14', nodeCIDRMaskSize: '24', serviceClusterIPRange: '10.88.0.0/20' };
  const skipped = (given: object) =>
    runChecks(surveyFixture('healthy/gke.yaml', given)).skipped.map(({ code }) => code);
  t.true(skipped({}).includes('SubnetOutsideClusterCIDR'));
  t.deepEqual(skipped(flags), ['AllocationDisabled', 'AllocatorsConflict']);
});
