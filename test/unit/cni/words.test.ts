import test from 'ava';
import { CONTROLLER_MANAGER_TEXTS } from '../../../src/checks/settings/controller-manager-texts.ts';
import { FLANNEL_TEXTS } from '../../../src/cni/flannel-texts.ts';
import { SANDBOX_TEXTS } from '../../../src/cni/sandbox-texts.ts';
import { refuseCloud } from '../../../src/plan/refusals/cloud.ts';
import { sameAsExpected } from '../expected.ts';
import { known } from '../facts.ts';
import { node } from '../plan/support.ts';

test('every cause of a failure has its words and its cure', (t) => {
  const words = { flannel: FLANNEL_TEXTS, sandbox: SANDBOX_TEXTS, 'kube-controller-manager': CONTROLLER_MANAGER_TEXTS };
  sameAsExpected(
    t,
    'expected/texts.yaml',
    Object.fromEntries(
      Object.entries(words).map(([program, texts]) => [
        program,
        texts.map(({ cause, means, cure }) => ({ cause, means, ...(cure === undefined ? {} : { cure }) })),
      ]),
    ),
  );
});

test('every managed cluster has its words, and a cloud where kube-controller-manager hands out none', (t) => {
  const labels = [
    'eks.amazonaws.com/nodegroup',
    'eks.amazonaws.com/compute-type',
    'cloud.google.com/gke-nodepool',
    'kubernetes.azure.com/cluster',
    'alibabacloud.com/nodepool-id',
    'doks.digitalocean.com/node-id',
    'ibm-cloud.kubernetes.io/worker-id',
  ];
  const managed = labels.map((label) => refuseCloud(node('a', ['10.244.1.0/24'], { labels: { [label]: '' } })) ?? '');
  const clouds = ['gce', 'aws', 'azure'].map(
    (scheme) =>
      refuseCloud(node('a', ['10.244.1.0/24'], { raw: { spec: { providerID: `${scheme}:///x` } } }), {
        allocates: known(false),
      }) ?? '',
  );
  sameAsExpected(t, 'expected/clouds.yaml', { managed, clouds });
});
