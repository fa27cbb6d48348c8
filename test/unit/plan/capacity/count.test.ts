import test from 'ava';
import { Failure } from '../../../../src/model/failure.ts';
import { countFamilies, poolsOf, servicesOf } from '../../../../src/plan/capacity/count.ts';
import { withPools } from '../../../../src/plan/capacity/smallest.ts';
import { node, survey } from '../support.ts';

const UNREAD = { known: false, reason: 'forbidden' } as const;

const { settings } = survey([], {
  clusterCIDRs: ['10.244.0.0/22', 'fd00::/62'],
  masks: [24, 64],
  services: ['10.244.0.0/24'],
});

const failure = (t: { throws: (work: () => unknown, expected: object) => unknown }, given: typeof settings) =>
  t.throws(() => poolsOf(given), { instanceOf: Failure }) as Failure;

test('each family is counted with what the service range and the nodes take', (t) => {
  const nodes = [node('a', ['10.244.1.0/24', 'fd00::/64']), node('b', ['10.244.1.0/24', 'x'])];
  t.deepEqual(countFamilies(poolsOf(settings), servicesOf(settings), nodes), [
    {
      family: 'IPv4',
      clusterCIDR: '10.244.0.0/22',
      nodeMask: 24,
      nodesPossible: 4n,
      nodesReserved: 1n,
      nodesUsed: 1n,
      nodesFree: 2n,
      podsPerNode: 253n,
    },
    {
      family: 'IPv6',
      clusterCIDR: 'fd00::/62',
      nodeMask: 64,
      nodesPossible: 4n,
      nodesReserved: 0n,
      nodesUsed: 1n,
      nodesFree: 3n,
      podsPerNode: 2n ** 64n - 3n,
    },
  ]);
});

test('what is not known, or does not start, cannot be counted; the flag that would give it is named', (t) => {
  const cluster = failure(t, { ...settings, clusterCIDRs: UNREAD });
  t.is(cluster.message, 'the cluster CIDR is not known (forbidden)');
  t.is(cluster.hint, 'give it with --cluster-cidr');
  for (const unread of [{ writtenMasks: UNREAD }, { nodeMasks: UNREAD }]) {
    const mask = failure(t, { ...settings, ...unread });
    t.is(mask.message, 'the node mask size is not known (forbidden)');
    t.is(mask.hint, 'give it with --node-cidr-mask-size');
  }
  const written = { known: true as const, source: '', value: [{ family: 'IPv4' as const, length: 20 }] };
  const start = failure(t, { ...settings, writtenMasks: written });
  t.is(
    start.message,
    'kube-controller-manager does not start: the node mask /20 is shorter than the prefix of the cluster CIDR 10.244.0.0/22',
  );
  t.is(start.hint, 'give a node mask of 22 to 32, or another cluster CIDR');
  t.deepEqual(servicesOf({ ...settings, serviceCIDRs: UNREAD }), []);
});

test('proposed pools stand in place of the cluster’s own, as their flags would say them', (t) => {
  const [, v6] = poolsOf(settings);
  const proposed = withPools(settings, v6 ? [{ ...v6, mask: 66 }] : []);
  const source = '--cluster-cidr=fd00::/62 --node-cidr-mask-size=66';
  t.deepEqual(proposed.clusterCIDRs, {
    known: true,
    source,
    value: v6 ? [{ block: v6.cluster, written: 'fd00::/62', hostBits: false }] : [],
  });
  t.deepEqual(proposed.nodeMasks, { known: true, source, value: [{ family: 'IPv6', length: 66 }] });
  t.deepEqual(proposed.writtenMasks, proposed.nodeMasks);
  t.deepEqual(proposed.serviceCIDRs, settings.serviceCIDRs);
});
