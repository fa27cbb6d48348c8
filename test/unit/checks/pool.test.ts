import test from 'ava';
import { runChecks } from '../../../src/checks/run.ts';
import { nodeWith, surveyOf } from './support.ts';

const fleet = (number: number) => Array.from({ length: number }, (_, at) => nodeWith(`n${at}`, [`10.244.${at}.0/24`]));

const codes = (nodes: number, clusterCIDR: string, more: object = {}) =>
  runChecks(surveyOf(fleet(nodes), { clusterCIDR, nodeCIDRMaskSize: '24', ...more }), {
    codes: ['PoolExhausted', 'PoolNearlyExhausted'],
  }).findings.map(({ code, severity }) => `${code} ${severity}`);

for (const [nodes, clusterCIDR, expected] of [
  [4, '10.244.0.0/22', ['PoolExhausted warning']],
  [3, '10.244.0.0/22', ['PoolNearlyExhausted warning']],
  [2, '10.244.0.0/22', ['PoolNearlyExhausted warning']],
  [1, '10.244.0.0/22', []],
  // A tenth of 32 is 3.2, of 256 it is 25.6.
  [28, '10.244.0.0/19', []],
  [29, '10.244.0.0/19', ['PoolNearlyExhausted warning']],
  [230, '10.244.0.0/16', []],
  [231, '10.244.0.0/16', ['PoolNearlyExhausted warning']],
] as const) {
  test(`${nodes} nodes in ${clusterCIDR}: ${expected.join() || 'fine'}`, (t) =>
    t.deepEqual(codes(nodes, clusterCIDR), [...expected]));
}

test('many free subnets are not few, however large the pool is', (t) => {
  // 49 and 51 of 512 are both less than a tenth.
  const held = (free: number) =>
    runChecks(
      surveyOf(
        Array.from({ length: 512 - free }, (_, at) => nodeWith(`n${at}`, [`10.${244 + (at >> 8)}.${at & 255}.0/24`])),
        { clusterCIDR: '10.244.0.0/15', nodeCIDRMaskSize: '24' },
      ),
      { codes: ['PoolNearlyExhausted'] },
    ).findings.length;
  t.is(held(49), 1);
  t.is(held(51), 0);
});

test('the remedy names flags that end it: for twice as many nodes, and for more than there is room for', (t) => {
  const remedy = (nodes: number, given: object = {}) => {
    const survey = surveyOf(fleet(nodes), { clusterCIDR: '10.244.0.0/22', nodeCIDRMaskSize: '24', ...given });
    const [found] = runChecks(survey, { codes: ['PoolExhausted', 'PoolNearlyExhausted'] }).findings;
    return found?.remedy;
  };
  const settings = '--cluster-cidr=10.244.0.0/22 --node-cidr-mask-size=24';
  t.is(remedy(2), `kubectl podcidr capacity ${settings} --nodes=7 --compare`);
  t.is(remedy(3), `kubectl podcidr capacity ${settings} --nodes=7 --compare`);
  t.is(remedy(4), `kubectl podcidr capacity ${settings} --nodes=8 --compare`);
});

test('where one node takes up the pool, it is that node that is given another subnet', (t) => {
  const judged = (...subnets: string[]) => {
    const nodes = subnets.map((text, at) => nodeWith(`n${at}`, [text]));
    const survey = surveyOf(nodes, { clusterCIDR: '10.244.0.0/20', nodeCIDRMaskSize: '24' });
    const [found] = runChecks(survey, { codes: ['PoolExhausted', 'PoolNearlyExhausted'] }).findings;
    return [found?.code, found?.remedy.replace(/ --c\S+ --n\S+-size\S+/, ''), ...(found?.evidence.slice(1) ?? [])];
  };
  t.deepEqual(judged('10.244.0.0/20', '10.244.1.0/24'), [
    'PoolExhausted',
    'kubectl podcidr reassign n0',
    'n0: 10.244.0.0/20 is larger than a node subnet, and takes up many',
  ]);
  t.deepEqual(judged('10.244.0.0/21', '10.244.8.0/22', '10.244.12.0/23').slice(0, 2), [
    'PoolNearlyExhausted',
    'kubectl podcidr reassign n0 n1 n2',
  ]);
  t.deepEqual(judged('10.244.0.0/20', ...fleet(16).map(({ podCIDRs }) => podCIDRs[0] ?? '')), [
    'PoolExhausted',
    'kubectl podcidr capacity --nodes=34 --compare',
  ]);
});

test('what the service range takes counts as gone', (t) => {
  t.deepEqual(codes(3, '10.244.0.0/22', { serviceClusterIPRange: '10.244.3.0/26' }), ['PoolExhausted warning']);
});

test('a full pool is an error as soon as a node waits, however young it is; virtual nodes do not wait', (t) => {
  const young = { createdAt: '2026-11-20T09:29:50Z' };
  const judged = (waiting: ReturnType<typeof nodeWith>) =>
    runChecks(surveyOf([...fleet(4), waiting], { clusterCIDR: '10.244.0.0/22', nodeCIDRMaskSize: '24' }), {
      codes: ['PoolExhausted'],
    }).findings.map(({ severity, nodes, message }) => [severity, nodes, message]);
  t.deepEqual(judged(nodeWith('late', [], young)), [
    ['error', ['late'], 'no subnet is left in the cluster CIDR 10.244.0.0/22, and 1 node waits for one'],
  ]);
  t.deepEqual(judged(nodeWith('virtual', [], { labels: { type: 'virtual-kubelet' } })), [
    ['warning', [], 'no subnet is left in the cluster CIDR 10.244.0.0/22'],
  ]);
});

test('the pool is not judged where kube-controller-manager hands out no subnets, or another allocator does', (t) => {
  const survey = surveyOf(fleet(4), { clusterCIDR: '10.244.0.0/22', nodeCIDRMaskSize: '24' });
  const found = (settings: object) =>
    runChecks({ ...survey, settings: { ...survey.settings, ...settings } }, { codes: ['PoolExhausted'] });
  t.deepEqual(found({ allocateNodeCIDRs: { known: true, value: false, source: 'test' } }), {
    findings: [],
    skipped: [],
  });
  t.deepEqual(found({ allocatorType: { known: true, value: 'CloudAllocator', source: 'test' } }).findings, []);
  t.is(found({ allocatorType: { known: true, value: 'RangeAllocator', source: 'test' } }).findings.length, 1);
});

test('a subnet with room for all pods that its node takes is judged without the pods', (t) => {
  const judged = (pods: number) => {
    const node = { ...nodeWith('a', ['10.244.1.0/24']), podsCapacity: pods };
    return runChecks(surveyOf([node], {}), { codes: ['SubnetNearlyFull'] });
  };
  // A tenth of 253 addresses are 25.3.
  t.deepEqual(judged(227), { findings: [], skipped: [] });
  t.deepEqual(judged(228).skipped, [{ code: 'SubnetNearlyFull', reason: 'pods were not asked for' }]);
});

test('a node mask that kube-controller-manager does not start with is an error, whoever set it', (t) => {
  const survey = surveyOf([nodeWith('a', ['10.244.0.0/26'])], { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '26' });
  const judged = (length: number) => {
    const writtenMasks = { known: true as const, value: [{ family: 'IPv4' as const, length }], source: 'test' };
    return runChecks({ ...survey, settings: { ...survey.settings, writtenMasks } }, { codes: ['NodeMaskInvalid'] })
      .findings;
  };
  t.deepEqual(
    judged(15).map(({ severity, message, remedy }) => [severity, message, remedy]),
    [
      [
        'error',
        'the node mask /15 is shorter than the prefix of the cluster CIDR 10.244.0.0/16: kube-controller-manager does not start',
        'set --node-cidr-mask-size to one of 16 to 32',
      ],
    ],
  );
  t.deepEqual(judged(16), []);
  t.deepEqual(judged(32), []);
  t.is(judged(33).length, 1);
});
