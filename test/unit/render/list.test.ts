import test from 'ava';
import type { SurveyPod } from '../../../src/model/survey.ts';
import type { ListRow } from '../../../src/render/columns.ts';
import { nodeSubnetList, renderList, renderListSummary, renderNames } from '../../../src/render/list.ts';
import { NOW, nodeWith } from '../checks/support.ts';

const row = (name: string, podCIDRs: string[], more: Partial<ListRow> = {}): ListRow => ({
  node: nodeWith(name, podCIDRs, {
    createdAt: '2026-11-20T09:24:48Z',
    addresses: [
      ['InternalIP', '192.168.0.1'],
      ['Hostname', name],
    ],
  }),
  codes: [],
  pods: undefined,
  now: NOW,
  ...more,
});

const pod = (address: string, more: Partial<SurveyPod> = {}): SurveyPod => ({
  namespace: 'd',
  name: address,
  node: 'a',
  addresses: [address],
  hostNetwork: false,
  finished: false,
  mirror: false,
  controlled: true,
  ...more,
});

test('list shows name, subnets, status and age', (t) => {
  t.is(
    renderList([row('a', ['10.244.1.0/24', 'fd00::/64']), row('b', [], { codes: ['SubnetMissing', 'X'] })], {
      wide: false,
      headers: true,
    }),
    'NAME   POD-CIDR                  STATUS            AGE\n' +
      'a      10.244.1.0/24,fd00::/64   OK                5m12s\n' +
      'b      <none>                    SubnetMissing,X   5m12s\n',
  );
});

test('wide adds addresses used and usable, the node address and facts of the CNI', (t) => {
  const pods = [
    pod('10.244.1.2'),
    pod('10.244.1.2'),
    pod('10.244.1.3', { finished: true }),
    pod('10.244.1.4', { hostNetwork: true }),
    pod('10.244.9.9'),
    pod('10.244.1.5'),
  ];
  const rows = [
    row('a', ['fd00::/64', '10.244.1.0/24'], { pods }),
    row('b', ['fd00:0:0:1::/64'], { pods: [] }),
    row('c', [], { pods: [] }),
    row('d', ['10.244.3.0/24']),
    row('e', ['10.244.4.0/31'], { pods: [] }),
  ];
  const text = renderList(rows, { wide: true, headers: false });
  t.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {3,}/).slice(4)),
    [
      ['2/253', '192.168.0.1', 'flannel vxlan'],
      ['0/2^64', '192.168.0.1', 'flannel vxlan'],
      ['<none>', '192.168.0.1', 'flannel vxlan'],
      ['?/253', '192.168.0.1', 'flannel vxlan'],
      ['0/0', '192.168.0.1', 'flannel vxlan'],
    ],
  );
});

test('names are printed as kubectl get -o name prints them', (t) => {
  t.is(renderNames([row('a', []), row('b', [])]), 'node/a\nnode/b\n');
});

test('the data has name, subnets as written and codes, and what was not judged', (t) => {
  const skipped = [{ code: 'SubnetOverlap', reason: 'r' }];
  t.deepEqual(nodeSubnetList([row('a', ['10.244.1.5/24'], { codes: ['SubnetMalformed'] })], skipped), {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'NodeSubnetList',
    items: [{ name: 'a', podCIDRs: ['10.244.1.5/24'], findings: ['SubnetMalformed'] }],
    skipped,
  });
});

test('the summary counts nodes by code, the most frequent first, and says what was not judged', (t) => {
  const rows = [row('a', []), row('b', [], { codes: ['X'] }), row('c', [], { codes: ['Y', 'X'] })];
  t.is(
    renderListSummary(
      rows,
      [
        { code: 'P', reason: 'r\u001b' },
        { code: 'Q', reason: 'r\u001b' },
      ],
      0,
    ),
    '3 nodes: 1 OK, 2 X, 1 Y\nnot judged: P, Q (r^[)\n',
  );
});
