import test from 'ava';
import type { ClusterCode } from '../../../src/checks/catalogue.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { readableBlocks } from '../../../src/subnet/parse.ts';
import { known } from '../facts.ts';
import { nodeWith, surveyOf } from './support.ts';
import { judge } from './with-facts.ts';

const CLUSTER = { clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: '24', serviceClusterIPRange: '10.244.8.0/22' };

const find = (code: ClusterCode, nodes: ReturnType<typeof nodeWith>[], flags: object = CLUSTER) =>
  runChecks(surveyOf(nodes, flags), { codes: [code] }).findings[0];

test('a subnet of a family that the cluster CIDR lacks is told apart from one that is elsewhere', (t) => {
  t.deepEqual(find('SubnetOutsideClusterCIDR', [nodeWith('a', ['fd00::/64', '10.9.0.0/24'])])?.evidence.slice(1), [
    'a: fd00::/64, a family that the cluster CIDR lacks',
    'a: 10.9.0.0/24',
  ]);
});

test('one node is told of as one, several as several', (t) => {
  const message = (code: ClusterCode, ...texts: string[]) =>
    find(
      code,
      texts.map((text, at) => nodeWith(`n${at}`, [text])),
    )?.message;
  t.deepEqual(
    [
      message('SubnetOverlapsServices', '10.244.8.0/24'),
      message('SubnetOverlapsServices', '10.244.8.0/24', '10.244.9.0/24'),
      message('SubnetMaskDiffers', '10.244.1.0/25'),
      message('SubnetMaskDiffers', '10.244.1.0/25', '10.244.2.0/25'),
      message('SubnetOutsideClusterCIDR', '10.9.0.0/24'),
      message('SubnetOutsideClusterCIDR', '10.9.0.0/24', '10.8.0.0/24'),
      message('SubnetMalformed', '10.244.1.5/24'),
    ],
    [
      '1 node has a subnet that overlaps the service range 10.244.8.0/22',
      '2 nodes have subnets that overlap the service range 10.244.8.0/22',
      '1 node has a subnet of another size than the node mask /24',
      '2 nodes have subnets of another size than the node mask /24',
      '1 node has a subnet outside the cluster CIDR 10.244.0.0/16',
      '2 nodes have subnets outside the cluster CIDR 10.244.0.0/16',
      'n0: "10.244.1.5/24" is not a subnet: it has host bits, did you mean 10.244.1.0/24?',
    ],
  );
});

test('names that no command can name are counted', (t) => {
  const remedy = (...names: string[]) =>
    find(
      'SubnetMissing',
      names.map((name) => nodeWith(name, [])),
    )?.remedy;
  // The settings of these nodes were given by flags: the command needs them too.
  t.regex(
    remedy('a', 'B', 'C') ?? '',
    /^kubectl podcidr reassign (--\S+ )+a {2}# without 2 names not valid: no command can name them$/,
  );
});

test('of several configurations of flannel the one beside its DaemonSet is in force', (t) => {
  const config = (namespace: string, network: string) => ({
    source: `ConfigMap ${namespace}/cfg`,
    configMap: { namespace, name: 'cfg' },
    networks: readableBlocks([network]).map((block) => ({ block, written: network })),
    backend: 'vxlan',
    problem: undefined,
  });
  const place = {
    source: 'DaemonSet new/ds',
    etcdEndpoints: undefined,
    nodeSelector: {},
    terms: undefined,
    tolerations: [],
  };
  const flannelConfigs = known([config('old', '10.9.0.0/16'), config('new', '10.0.0.0/8')]);
  const nodes = [nodeWith('a', ['10.244.1.0/24'])];
  t.deepEqual(
    judge('SubnetOutsideCNINetwork', nodes, { flannelConfigs, flannelPlacements: known([place]) }).findings,
    [],
  );
  t.is(judge('SubnetOutsideCNINetwork', nodes, { flannelConfigs, flannelPlacements: known([]) }).findings.length, 1);
});

test('where flannel takes its subnets the pool of each family is counted by its own mask', (t) => {
  const flags = {
    clusterCIDR: '10.244.0.0/16,fd00::/56',
    nodeCIDRMaskSize: '24,64',
    serviceClusterIPRange: '10.244.0.0/20,fd00::/112',
  };
  t.deepEqual(find('ClusterCIDROverlapsServices', [nodeWith('a', [])], flags)?.evidence.slice(2), [
    '16 of 256 subnets of /24 in 10.244.0.0/16 are lost for nodes',
    '1 of 256 subnets of /64 in fd00::/56 are lost for nodes',
  ]);
});
