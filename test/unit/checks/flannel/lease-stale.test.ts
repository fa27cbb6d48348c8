import test from 'ava';
import type { FlannelLease } from '../../../../src/model/cluster-facts.ts';
import { known } from '../../facts.ts';
import { node } from '../../plan/support.ts';
import { judge } from '../with-facts.ts';

const NODES = ['a', 'b', 'c'].map((name, at) =>
  node(name, ['10.244.1.0/24'], { addresses: [{ type: 'InternalIP', address: `192.168.0.${at + 1}` }] }),
);

const lease = (subnet: string, publicIP: string, more: Partial<FlannelLease> = {}): FlannelLease => ({
  key: `/coreos.com/network/subnets/${subnet}`,
  api: 3,
  subnets: [],
  publicIPs: publicIP === '' ? [] : [publicIP],
  macs: [],
  ttl: 80_000,
  ...more,
});

const A = lease('10.5.1.0-24', '192.168.0.1');
const B = lease('10.5.2.0-24', '192.168.0.2');

const report = (...leases: FlannelLease[]) =>
  judge('FlannelLeaseStale', NODES, { flannelLeases: known(leases) }).findings;
const why = (...leases: FlannelLease[]) => (report(...leases)[0]?.evidence ?? []).slice(1);

test('leases of nodes that are there are right', (t) => {
  t.deepEqual(report(A, B), []);
});

test('a lease with an address of no node is nobody’s, unless that is so of most', (t) => {
  const gone = lease('10.5.9.0-24', '192.168.0.99', { ttl: 5 });
  t.deepEqual(report(A, B, gone), [
    {
      code: 'FlannelLeaseStale',
      severity: 'error',
      nodes: [],
      subject: { kind: 'Key', name: '/coreos.com/network/subnets/10.5.9.0-24' },
      message: 'flannel has 1 lease of nobody in etcd',
      evidence: [
        'read from test',
        '/coreos.com/network/subnets/10.5.9.0-24: no node has its PublicIP 192.168.0.99, it ends in 0 min',
      ],
      remedy: 'etcdctl del /coreos.com/network/subnets/10.5.9.0-24  # then restart flannel on all nodes',
    },
  ]);
  t.deepEqual(why(A, lease('10.5.9.0-24', '', { ttl: undefined })), [
    '/coreos.com/network/subnets/10.5.9.0-24: no node has its PublicIP (none), it never ends',
  ]);
  t.deepEqual(report(A, gone, lease('10.5.8.0-24', '192.168.0.98')), [], 'flannel uses another network');
});

test('of two with one address the one that was renewed later counts, however they are ordered', (t) => {
  const old = lease('10.5.7.0-24', '192.168.0.1', { ttl: 100 });
  const told = [
    '/coreos.com/network/subnets/10.5.7.0-24: PublicIP 192.168.0.1 is also that of /coreos.com/network/subnets/10.5.1.0-24, which was renewed later, it ends in 1 min',
  ];
  t.deepEqual(why(A, old), told);
  t.deepEqual(why(old, A), told);
  const twin = lease('10.5.7.0-24', '192.168.0.1');
  t.regex(why(A, twin)[0] ?? '', /^\/coreos\.com\/network\/subnets\/10\.5\.1\.0-24: /);
});

test('one that never ends was not renewed: one that does is newer', (t) => {
  const reserved = lease('10.5.7.0-24', '192.168.0.1', { ttl: undefined });
  t.regex(why(A, reserved)[0] ?? '', /^\/coreos\.com\/network\/subnets\/10\.5\.7\.0-24: .*it never ends$/);
  t.regex(why(reserved, A)[0] ?? '', /^\/coreos\.com\/network\/subnets\/10\.5\.7\.0-24: /);
  const other = lease('10.5.8.0-24', '192.168.0.1', { ttl: undefined });
  t.regex(why(reserved, other)[0] ?? '', /^\/coreos\.com\/network\/subnets\/10\.5\.7\.0-24: /);
});

test('a stale lease with the MAC of a living one leads that node’s traffic astray', (t) => {
  const mac = { macs: ['5e:00:00:00:00:01'] };
  const living = lease('10.5.2.0-24', '192.168.0.2', mac);
  const [found] = report(A, living, lease('10.5.7.0-24', '192.168.0.9', { ...mac, ttl: 9 }));
  t.deepEqual(found?.nodes, ['b']);
  t.regex(found?.evidence[1] ?? '', /VtepMAC 5e:00:00:00:00:01 is also that of .*10\.5\.2\.0-24/);
  t.deepEqual(report(A, B, lease('10.5.7.0-24', '192.168.0.9'))[0]?.nodes, []);
});

test('a flannel in etcd that was not read says how to read it', (t) => {
  const place = {
    source: 'DaemonSet kf/ds',
    etcdEndpoints: 'https://10.0.0.1:2379',
    nodeSelector: {},
    terms: undefined,
    tolerations: [],
  };
  const skipped = (etcdEndpoints: string | undefined) =>
    judge('FlannelLeaseStale', NODES, { flannelPlacements: known([{ ...place, etcdEndpoints }]) }).skipped;
  t.deepEqual(skipped(place.etcdEndpoints), [
    { code: 'FlannelLeaseStale', reason: 'flannel keeps its subnets in etcd; give it with --flannel-etcd-endpoints' },
  ]);
  t.deepEqual(skipped(undefined), []);
  t.deepEqual(judge('FlannelLeaseStale', NODES, {}).skipped, []);
});

test('the deletion is a command for the etcd that flannel was given, and flannel is restarted where it is known', (t) => {
  const gone = [lease('10.5.9.0-24', '192.168.0.99'), lease('10.5.8.0-24', '192.168.0.98', { api: 2 })];
  const place = { source: 'DaemonSet kf/ds', nodeSelector: {}, terms: undefined, tolerations: [] };
  const remedy = (etcdEndpoints: string) =>
    judge('FlannelLeaseStale', NODES, {
      flannelLeases: known([A, B, lease('10.5.3.0-24', '192.168.0.3'), ...gone]),
      flannelPlacements: known([{ ...place, etcdEndpoints }]),
    }).findings[0]?.remedy.replaceAll('/coreos.com/network/subnets/', '');
  t.is(
    remedy('https://10.0.0.1:2379'),
    'etcdctl --endpoints=https://10.0.0.1:2379 del 10.5.9.0-24 && ETCDCTL_API=2 etcdctl --endpoints=https://10.0.0.1:2379 rm 10.5.8.0-24 && kubectl -n kf rollout restart daemonset ds',
  );
  t.regex(remedy('') ?? '', /^etcdctl del 10\.5\.9\.0-24 && /);
});
