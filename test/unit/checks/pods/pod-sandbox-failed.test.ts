import test from 'ava';
import type { ClusterEvent } from '../../../../src/model/cluster-facts.ts';
import type { SurveyPod } from '../../../../src/model/survey.ts';
import { known } from '../../facts.ts';
import { nodeWith } from '../support.ts';
import { crashing, failingPod, judge } from '../with-facts.ts';

const NODES = [nodeWith('a', ['10.244.1.0/24']), nodeWith('b', ['10.244.2.0/24']), nodeWith('empty', [])];

const BRIDGE = '"cni0" already has an IP address different from 10.244.1.1/24';
const FULL = 'no IP addresses available in range set: 10.244.1.1-10.244.1.254';
const NO_ENV = 'loadFlannelSubnetEnv failed: open /run/flannel/subnet.env';

const waiting = (name: string, node: string, more: Partial<SurveyPod> = {}): SurveyPod => ({
  namespace: 'd',
  name,
  node,
  addresses: [],
  hostNetwork: false,
  finished: false,
  mirror: false,
  controlled: true,
  ...more,
});

const event = (name: string, message: string, more: Partial<ClusterEvent> = {}): ClusterEvent => ({
  reason: 'FailedCreatePodSandBox',
  kind: 'Pod',
  namespace: 'd',
  name,
  message,
  count: 1,
  last: 100,
  ...more,
});

const healthy = failingPod(
  'kube-flannel/f-a',
  'a',
  crashing('kube-flannel', { waiting: undefined, ended: undefined }),
  [],
);
const crashed = failingPod('kube-flannel/f-a', 'a', crashing('kube-flannel'), []);

const report = (pods: SurveyPod[], events: ClusterEvent[], flannel = [healthy]) =>
  judge('PodSandboxFailed', NODES, { events: known(events), flannelPods: known(flannel) }, {}, { pods: known(pods) })
    .findings;

test('pods that the same text keeps waiting are one finding, pods sorted by name', (t) => {
  const pods = [waiting('y', 'b'), waiting('x', 'a')];
  t.deepEqual(report(pods, [event('y', `  ${FULL} `), event('x', FULL)]), [
    {
      code: 'PodSandboxFailed',
      severity: 'error',
      nodes: ['a', 'b'],
      subject: { kind: 'Event', name: 'FailedCreatePodSandBox' },
      message: "2 pods on 2 nodes get no network: the node's subnet has no free address",
      evidence: [`d/x on a: ${FULL}`, `d/y on b: ${FULL}`],
      remedy: 'kubectl podcidr inspect a',
    },
  ]);
  t.is(
    report([waiting('x', 'a')], [event('x', FULL)])[0]?.message,
    "1 pod on 1 node gets no network: the node's subnet has no free address",
  );
});

test('a bridge of an earlier life is removed through flannel’s pods, where all of them are known', (t) => {
  const pods = [waiting('x', 'a'), waiting('y', 'b')];
  t.is(
    report([waiting('x', 'a')], [event('x', BRIDGE)])[0]?.remedy,
    'kubectl -n kube-flannel exec f-a -c kube-flannel -- ip link del cni0  # then delete its pods, they have lost their network: kubectl get pods -A --field-selector spec.nodeName=a',
  );
  t.is(report(pods, [event('x', BRIDGE), event('y', BRIDGE)])[0]?.remedy, 'kubectl podcidr inspect a');
  const both = [healthy, { ...healthy, name: 'kube-flannel/f-b', node: 'b' }];
  t.is(
    report(pods, [event('x', BRIDGE), event('y', BRIDGE)], both)[0]?.remedy,
    'kubectl -n kube-flannel exec f-a -c kube-flannel -- ip link del cni0 && kubectl -n kube-flannel exec f-b -c kube-flannel -- ip link del cni0  # then delete their pods, they have lost their network: kubectl get pods -A --field-selector spec.nodeName=a; kubectl get pods -A --field-selector spec.nodeName=b',
  );
  t.is(
    report([waiting('x', 'Bad_Name')], [event('x', FULL)])[0]?.remedy,
    'the names are not valid: no command can name them',
  );
});

test('the newest event of a pod counts; others, and texts that are not known, do not', (t) => {
  const pods = [waiting('x', 'a')];
  const says = (...events: ClusterEvent[]) => report(pods, events).map(({ message }) => message.replace(/^.*: /, ''));
  t.deepEqual(says(event('x', FULL, { last: 200 }), event('x', BRIDGE, { last: 100 })), [
    "the node's subnet has no free address",
  ]);
  t.deepEqual(says(event('x', BRIDGE, { last: undefined }), event('x', FULL, { last: 100 })), [
    "the node's subnet has no free address",
  ]);
  t.deepEqual(says(event('x', FULL), event('x', 'something else')), []);
  t.deepEqual(says(event('x', FULL, { reason: 'Failed' })), []);
  t.deepEqual(says(event('x', FULL, { kind: 'Node' })), []);
  t.deepEqual(says(event('x', FULL, { namespace: 'other' })), []);
});

test('only pods that wait for an address are stuck', (t) => {
  for (const more of [{ addresses: ['10.244.1.9'] }, { finished: true }, { deleting: true }, { node: '' }]) {
    t.deepEqual(report([waiting('x', 'a', more)], [event('x', FULL)]), [], JSON.stringify(more));
  }
});

test('where flannel has not come so far, the cause is told elsewhere: no subnet, or a flannel that fails', (t) => {
  t.deepEqual(report([waiting('x', 'empty')], [event('x', NO_ENV)]), []);
  t.deepEqual(report([waiting('x', 'a')], [event('x', NO_ENV)], [crashed]), []);
  t.is(report([waiting('x', 'a')], [event('x', NO_ENV)]).length, 1);
  t.is(report([waiting('x', 'b')], [event('x', NO_ENV)], [crashed]).length, 1);
  t.is(report([waiting('x', 'a')], [event('x', FULL)], [crashed]).length, 1);
});
