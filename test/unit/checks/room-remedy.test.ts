import test from 'ava';
import { runChecks } from '../../../src/checks/run.ts';
import { nodeWith, surveyOf } from './support.ts';

const FLAGS = { clusterCIDR: '10.244.0.0/22', nodeCIDRMaskSize: '24', serviceClusterIPRange: '10.96.0.0/12' };
const FULL = [0, 1, 2, 3].map((at) => nodeWith(`n${at}`, [`10.244.${at}.0/24`]));

/** The remedy of each finding that is not the pool's own, by code and first node. */
function remedies(nodes: ReturnType<typeof nodeWith>[], flags: object = FLAGS): Record<string, string> {
  const { findings } = runChecks(surveyOf(nodes, flags));
  return Object.fromEntries(
    findings
      .filter(({ code }) => !code.startsWith('Pool') && code !== 'CNIIgnoresPodCIDR')
      .map(({ code, remedy }) => [code, remedy.replace(/ --\S+=\S+(?= n)/g, '')]),
  );
}

const ROOM = /^kubectl podcidr capacity .*# no subnet is free: make room first$/;

test('where no subnet is free nobody is sent to reassign, but told to make room', (t) => {
  t.regex(remedies([...FULL, nodeWith('new', [])]).SubnetMissing ?? '', ROOM);
  t.regex(remedies([...FULL, nodeWith('n9', ['10.244.3.0/24'])]).SubnetDuplicate ?? '', ROOM);
  t.regex(remedies([...FULL, nodeWith('n9', ['10.9.0.0/24'])]).SubnetOutsideClusterCIDR ?? '', ROOM);
});

test('with one free subnet the command stays', (t) => {
  t.regex(remedies([...FULL.slice(1), nodeWith('new', [])]).SubnetMissing ?? '', /^kubectl podcidr reassign .*new$/);
});

test('who gives up what it has can have it again', (t) => {
  const half = [...FULL.slice(0, 3), nodeWith('n3', ['10.244.3.0/25'])];
  t.regex(remedies(half).SubnetMaskDiffers ?? '', /^kubectl podcidr reassign .*n3$/);
  const waiting = remedies([...half, nodeWith('new', [])]);
  t.regex(waiting.SubnetMaskDiffers ?? '', /^kubectl podcidr reassign .*n3$/);
  t.regex(waiting.SubnetMissing ?? '', ROOM);
});

test('who takes more than one subnet makes room for the others', (t) => {
  const nodes = [...FULL.slice(0, 2), nodeWith('wide', ['10.244.2.0/23']), nodeWith('new', [])];
  t.regex(remedies(nodes).SubnetMissing ?? '', /^kubectl podcidr reassign .*new$/);
});

test('the pool of each family counts: a second family without room is not promised', (t) => {
  const flags = {
    clusterCIDR: '10.244.0.0/16,fd00::/63',
    nodeCIDRMaskSize: '24,64',
    serviceClusterIPRange: '10.96.0.0/12',
  };
  const nodes = [
    nodeWith('n0', ['10.244.0.0/24', 'fd00::/64']),
    nodeWith('n1', ['10.244.1.0/24', 'fd00:0:0:1::/64']),
    nodeWith('n2', ['10.244.2.0/24']),
  ];
  t.regex(remedies(nodes, flags).SubnetFamilyMissing ?? '', ROOM);
  t.regex(
    remedies(nodes, { ...flags, clusterCIDR: '10.244.0.0/16,fd00::/62' }).SubnetFamilyMissing ?? '',
    /^kubectl podcidr reassign .*n2$/,
  );
});
