import test from 'ava';
import { runChecks } from '../../../src/checks/run.ts';
import { NO_FACTS } from '../../../src/model/cluster-facts.ts';
import type { ClusterSurvey, SurveyPod } from '../../../src/model/survey.ts';
import { readLease } from '../../../src/survey/flannel-leases.ts';
import { nodeWith, surveyOf } from './support.ts';

const PREFIX = '/coreos.com/network/subnets/';

interface Written {
  name: string;
  ip?: string;
  ipv6?: string;
  mac?: string;
  ttl?: number;
  api?: 2 | 3;
}

const leaseOf = ({ name, ip, ipv6, mac, ttl, api = 3 }: Written) =>
  readLease({
    key: `${PREFIX}${name}`,
    api,
    value: JSON.stringify({ PublicIP: ip, PublicIPv6: ipv6, BackendType: 'vxlan', BackendData: { VtepMAC: mac } }),
    ttl,
  });

/** Three nodes whose CNI nobody knows, and these leases. */
function surveyWith(written: Written[], pods: Partial<SurveyPod>[] = []): ClusterSurvey {
  const nodes = [1, 2, 3].map((number) =>
    nodeWith(`host-${number}`, [`10.244.${number}.0/24`], {
      flannel: false,
      addresses: [
        ['InternalIP', `192.168.0.${number}`],
        ['InternalIP', `fd00:0::${number}`],
      ],
    }),
  );
  const base = { namespace: 'default', hostNetwork: false, finished: false, mirror: false, controlled: true };
  return {
    ...surveyOf(nodes),
    pods: {
      known: true,
      value: pods.map((pod) => ({ name: '', node: '', addresses: [], ...base, ...pod })),
      source: '',
    },
    facts: { ...NO_FACTS, flannelLeases: { known: true, value: written.map(leaseOf), source: 'etcd' } },
  };
}

const OWN: Written[] = [1, 2, 3].map((number) => ({
  name: `10.5.${number}.0-24`,
  ip: `192.168.0.${number}`,
  mac: `BA:00:00:00:00:0${number}`,
  ttl: 80_000,
}));

const stale = (written: Written[]) =>
  runChecks(surveyWith(written), { codes: ['FlannelLeaseStale'] }).findings.map(({ nodes, evidence, remedy }) => ({
    nodes,
    why: evidence.slice(1).map((line) => line.replaceAll(PREFIX, '')),
    remedy: remedy.replaceAll(PREFIX, '').replace(/ {2}#.*/, ''),
  }));

for (const [title, more, expected] of [
  ['none', [], undefined],
  [
    "one with a living host's MAC",
    [{ name: '10.5.9.0-24', ip: '192.168.0.99', mac: 'ba:00:00:00:00:02', ttl: 7_199 }],
    {
      nodes: ['host-2'],
      why: [
        '10.5.9.0-24: VtepMAC ba:00:00:00:00:02 is also that of 10.5.2.0-24, which was renewed later, it ends in 119 min',
      ],
      remedy: 'etcdctl del 10.5.9.0-24',
    },
  ],
  [
    "one with a living host's address, reserved for ever",
    [{ name: '10.5.9.0-24', ip: '192.168.0.3' }],
    {
      nodes: [],
      why: ['10.5.9.0-24: PublicIP 192.168.0.3 is also that of 10.5.3.0-24, which was renewed later, it never ends'],
      remedy: 'etcdctl del 10.5.9.0-24',
    },
  ],
  [
    'the second family alone in common, however it is written',
    [{ name: 'fd00:5::-64', ip: '0.0.0.0', ipv6: 'fd00:0:0::3', ttl: 7_200 }],
    undefined,
  ],
  [
    'one of v2, of nobody',
    [{ name: '10.5.9.0-24', ip: '192.168.0.99', ttl: 7_200, api: 2 as const }],
    {
      nodes: [],
      why: ['10.5.9.0-24: no node has its PublicIP 192.168.0.99, it ends in 2 h'],
      remedy: 'ETCDCTL_API=2 etcdctl rm 10.5.9.0-24',
    },
  ],
  [
    'most have addresses that no Node tells: another network',
    [4, 5, 6, 7].map((number) => ({ name: `10.5.${number}.0-24`, ip: `172.16.0.${number}`, ttl: 80_000 })),
    undefined,
  ],
] as const) {
  test(`stale leases: ${title}`, (t) => {
    t.deepEqual(stale([...OWN, ...more]), expected === undefined ? [] : [expected as never]);
    t.deepEqual(stale([...more, ...OWN].reverse()), expected === undefined ? [] : [expected as never]);
  });
}

test('pods are judged by the leases, not by spec.podCIDR, and nothing else is said of subnets', (t) => {
  const pods = [
    { name: 'in-lease', node: 'host-1', addresses: ['10.5.1.7'] },
    { name: 'in-pod-cidr', node: 'host-2', addresses: ['10.244.2.7'] },
    { name: 'of-nobody', node: 'host-3', addresses: ['10.5.3.7'] },
  ];
  const codes = (written: Written[]) =>
    runChecks(surveyWith(written, pods)).findings.map(({ code, nodes }) => `${code} ${nodes}`);
  t.deepEqual(codes(OWN), ['PodStray host-2', 'CNIIgnoresPodCIDR ']);
  // A node without a lease is not judged.
  t.deepEqual(codes(OWN.slice(0, 1)), ['CNIIgnoresPodCIDR ']);
});

test('where a CNI follows spec.podCIDR leases decide nothing', (t) => {
  const survey = surveyWith(OWN, [{ name: 'a', node: 'host-1', addresses: ['10.244.1.7'] }]);
  const cnis = { known: true, source: '', value: [{ name: 'flannel', source: '', follows: 'yes' }] } as never;
  const facts = { ...NO_FACTS, ...survey.facts, cnis };
  t.deepEqual(runChecks({ ...survey, facts }, { codes: ['PodStray', 'CNIIgnoresPodCIDR'] }).findings, []);
});
