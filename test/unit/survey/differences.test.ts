import test from 'ava';
import { runCapacity } from '../../../src/commands/capacity.ts';
import { runList } from '../../../src/commands/list.ts';
import { runLookup } from '../../../src/commands/lookup.ts';
import { runValidate } from '../../../src/commands/validate.ts';
import type { SettingFlags } from '../../../src/model/settings.ts';
import { surveyFixture } from '../checks/support.ts';
import { fixture, testContext } from '../commands/support.ts';

const differences = (name: string, flags: SettingFlags) => surveyFixture(`healthy/${name}.yaml`, flags).differences;

const POD = 'pod kube-system/kube-controller-manager-cp1';

for (const [title, name, flags, expected] of [
  [
    'another cluster CIDR',
    'kubeadm-flannel-vxlan',
    { clusterCIDR: '10.244.0.0/12' },
    [`--cluster-cidr 10.244.0.0/12 differs from 10.244.0.0/16 of ${POD} --cluster-cidr`],
  ],
  ['the same cluster CIDR', 'kubeadm-flannel-vxlan', { clusterCIDR: '10.244.0.0/16' }, []],
  ['host bits make no other block', 'kubeadm-flannel-vxlan', { clusterCIDR: '10.244.3.0/16' }, []],
  [
    'families in another order',
    'kubeadm-flannel-dual-stack',
    { clusterCIDR: 'fd00:10:244::/56,10.244.0.0/16' },
    [
      `--cluster-cidr fd00:10:244::/56,10.244.0.0/16 differs from 10.244.0.0/16,fd00:10:244::/56 of ${POD} --cluster-cidr`,
    ],
  ],
  [
    'another node mask',
    'kubeadm-flannel-vxlan',
    { nodeCIDRMaskSize: '25' },
    [`--node-cidr-mask-size 25 differs from 24 of ${POD} --node-cidr-mask-size`],
  ],
  [
    'the default is a node mask too; one family of two',
    'kubeadm-flannel-dual-stack',
    { nodeCIDRMaskSize: '24,65' },
    ['--node-cidr-mask-size 65 differs from 64, the default of kube-controller-manager'],
  ],
  [
    "a family's own flag",
    'kubeadm-flannel-dual-stack',
    { nodeCIDRMaskSizeIPv4: '25' },
    ['--node-cidr-mask-size-ipv4 25 differs from 24, the default of kube-controller-manager'],
  ],
  [
    'another service range',
    'kubeadm-flannel-vxlan',
    { serviceClusterIPRange: '10.95.0.0/16' },
    [`--service-cluster-ip-range 10.95.0.0/16 differs from 10.96.0.0/12 of ${POD} --service-cluster-ip-range`],
  ],
  ['a part of the service ranges', 'kubeadm-flannel-dual-stack', { serviceClusterIPRange: '10.96.0.0/12' }, []],
  [
    'where k3s keeps its arguments',
    'k3s',
    { clusterCIDR: '10.244.0.0/16' },
    ['--cluster-cidr 10.244.0.0/16 differs from 10.42.0.0/16 of node server-1 k3s.io/node-args (--cluster-cidr)'],
  ],
  [
    'what the cluster does not say cannot differ',
    'eks',
    { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '25', serviceClusterIPRange: '10.1.0.0/16' },
    [],
  ],
  ['nothing is given', 'kubeadm-flannel-vxlan', {}, []],
] as const) {
  test(`settings that contradict the cluster are told: ${title}`, (t) => {
    t.deepEqual(differences(name, flags), [...expected]);
  });
}

const WARNING = `Warning: --cluster-cidr 10.244.0.0/12 differs from 10.244.0.0/16 of ${POD} --cluster-cidr\n`;
const source = {
  filenames: [fixture('healthy/kubeadm-flannel-vxlan.yaml')],
  settings: { clusterCIDR: '10.244.0.0/12' },
  connection: {},
};
const sizing = { words: [], output: 'json' as const, nodes: undefined, maxPods: undefined, compare: false };

for (const [name, run] of [
  [
    'list',
    (context) =>
      runList(context, {
        ...source,
        names: [],
        output: 'table',
        selector: undefined,
        sortBy: undefined,
        noHeaders: false,
      }),
  ],
  ['lookup', (context) => runLookup(context, { ...source, words: ['10.244.1.7'], output: 'table' })],
  [
    'validate, whose finding says the rest',
    (context) =>
      runValidate(context, {
        ...source,
        words: [],
        output: 'table',
        only: [],
        skip: [],
        failOn: 'error',
        flannelStore: undefined,
      }),
  ],
  ['capacity', (context) => runCapacity(context, { ...source, ...sizing })],
] as [string, (context: ReturnType<typeof testContext>) => Promise<unknown>][]) {
  test(`a cluster CIDR that contradicts the dump is warned of, once: ${name}`, async (t) => {
    const context = testContext();
    await run(context);
    t.is(context.printed.err.split(WARNING).length, 2, context.printed.err);
  });
}

test('capacity --compare is for settings that differ', async (t) => {
  const context = testContext();
  await runCapacity(context, { ...source, ...sizing, compare: true });
  t.notRegex(context.printed.err, /differs/);
});
