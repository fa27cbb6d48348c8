import test from 'ava';
import type { FlannelConfig } from '../../../../src/model/cluster-facts.ts';
import type { WatchedPod } from '../../../../src/model/pod-state.ts';
import { readableBlocks } from '../../../../src/subnet/parse.ts';
import { known } from '../../facts.ts';
import { nodeWith } from '../support.ts';
import { crashing, failingPod, judge } from '../with-facts.ts';

const NODES = [nodeWith('a', ['10.244.1.0/24']), nodeWith('b', ['10.244.2.0/24']), nodeWith('c', ['10.244.3.0/24'])];
const FLANNEL = crashing('kube-flannel');

const config = (...networks: string[]): FlannelConfig => ({
  source: 'test',
  configMap: { namespace: 'kube-flannel', name: 'cfg' },
  networks: readableBlocks(networks).map((block) => ({ block, written: block.text })),
  backend: 'vxlan',
  problem: undefined,
});

const pod = (node: string, lines: string[] | undefined, problem?: string): WatchedPod =>
  failingPod(`kube-flannel/f-${node}`, node, FLANNEL, lines, problem);

const report = (pods: WatchedPod[], nodes = NODES, configs: FlannelConfig[] = []) =>
  judge('FlannelPodFailing', nodes, { flannelPods: known(pods), flannelConfigs: known(configs) }).findings;

test('pods that fail by one cause are one finding, with the words of each and the cure', (t) => {
  const lines = ['I1 starts', '  E1 Failed to check br_netfilter: no such file  ', 'I2 ends'];
  t.deepEqual(report([pod('b', lines), pod('a', lines)]), [
    {
      code: 'FlannelPodFailing',
      severity: 'error',
      nodes: ['a', 'b'],
      subject: { kind: 'CNI', name: 'flannel' },
      message: 'flannel fails on 2 nodes: the kernel module br_netfilter is not loaded on the node',
      evidence: [
        'b: pod kube-flannel/f-b, container kube-flannel CrashLoopBackOff, restarted 7 times',
        'b: E1 Failed to check br_netfilter: no such file',
        'a: pod kube-flannel/f-a, container kube-flannel CrashLoopBackOff, restarted 7 times',
        'a: E1 Failed to check br_netfilter: no such file',
      ],
      remedy: 'on a, b: modprobe br_netfilter && echo br_netfilter > /etc/modules-load.d/br_netfilter.conf',
    },
  ]);
});

test('a pod whose log was not read has the one cause that other logs tell; of several causes nobody knows', (t) => {
  const one = report([pod('a', ['out of subnets']), pod('b', undefined)]);
  t.deepEqual(
    one.map(({ nodes, message }) => [nodes, message]),
    [[['a', 'b'], 'flannel fails on 2 nodes: the Network of flannel has no free subnet']],
  );
  const several = report([pod('a', ['out of subnets']), pod('b', undefined), pod('c', ['Lease has been revoked'])]);
  t.deepEqual(
    several.map(({ nodes, message, remedy }) => [nodes, message, remedy]),
    [
      [
        ['a'],
        'flannel fails on 1 node: the Network of flannel has no free subnet',
        'kubectl -n kube-flannel logs f-a -c kube-flannel',
      ],
      [['b'], 'flannel fails on 1 node: its log tells why', 'kubectl -n kube-flannel logs f-b -c kube-flannel'],
      [
        ['c'],
        'flannel fails on 1 node: its lease was deleted in etcd',
        'kubectl -n kube-flannel logs f-c -c kube-flannel',
      ],
    ].toSorted((x, y) => (String(x[1]) < String(y[1]) ? -1 : 1)),
  );
});

test('a log that cannot be read says so, an unknown text shows the lines that tell most', (t) => {
  t.deepEqual(report([pod('a', undefined, 'forbidden')])[0]?.evidence, [
    'a: pod kube-flannel/f-a, container kube-flannel CrashLoopBackOff, restarted 7 times',
    'a: its log cannot be read: forbidden',
  ]);
  const [strange] = report([pod('a', ['one', ' an error of some kind ', 'three'])]);
  t.is(strange?.message, 'flannel fails on 1 node: of a cause that is not known here');
  t.is(strange?.evidence[1], 'a: an error of some kind');
});

test('where net-conf.json is at fault its ConfigMap is named: the log was shown', (t) => {
  const unreadable = 'Failed to create SubnetManager: error parsing subnet config: unexpected end of JSON input';
  const remedy = (line: string, ...configs: FlannelConfig[]) => report([pod('a', [line])], NODES, configs)[0]?.remedy;
  const broken = { ...config(), problem: 'it is no JSON object' };
  t.is(remedy(unreadable, broken), 'kubectl -n kube-flannel edit configmap cfg  # net-conf.json: it is no JSON object');
  t.is(
    remedy('Error fetching backend: unknown backend type: vxlam', config('10.244.0.0/16')),
    'kubectl -n kube-flannel edit configmap cfg  # its net-conf.json',
  );
  t.is(remedy(unreadable), 'kubectl -n kube-flannel get configmaps  # the one with net-conf.json is to be edited');
});

test('an image that cannot be had is told as such, whatever the log', (t) => {
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  const container = crashing('kube-flannel', { waiting });
  const [found] = report([failingPod('kube-flannel/f-a', 'a', container, undefined)]);
  t.is(found?.message, 'flannel fails on 1 node: its image cannot be had');
  t.is(found?.evidence[1], 'a: no such image');
  const silent = crashing('kube-flannel', { waiting: { reason: 'ErrImagePull', message: '' } });
  t.is(report([failingPod('kube-flannel/f-a', 'a', silent, undefined)])[0]?.evidence.length, 1);
});

test('how a container stands is told; of one that runs again the log before is what tells', (t) => {
  const again = crashing('kube-flannel', { waiting: undefined, running: true, ready: false });
  const [found] = report([failingPod('kube-flannel/f-a', 'a', again, ['x'])]);
  t.is(found?.evidence[0], 'a: pod kube-flannel/f-a, container kube-flannel ended with exit code 1, restarted 7 times');
  t.is(found?.remedy, 'kubectl -n kube-flannel logs f-a -c kube-flannel --previous');
});

test('where the node has no subnet, or one outside of the Network, the cause is told elsewhere', (t) => {
  const failing = [pod('a', ['pod cidr not assigned'])];
  t.deepEqual(report(failing, [nodeWith('a', [])]), []);
  t.deepEqual(report(failing, NODES, [config('10.9.0.0/16')]), []);
  t.is(report(failing, NODES, [config('10.244.0.0/16')]).length, 1);
  t.is(report(failing, NODES, [config('10.9.0.0/16'), config('10.244.0.0/16')]).length, 1);
  t.is(report(failing, NODES, [config('fd00::/48')]).length, 1, 'a family that flannel does not use');
  t.is(report(failing, [nodeWith('a', ['x'])], [config('10.9.0.0/16')]).length, 1, 'what cannot be read is nowhere');
  t.is(report([pod('gone', ['x'])]).length, 1, 'a node that is not there explains nothing');
});

test('pods that do not fail are not accused', (t) => {
  const well = crashing('kube-flannel', { waiting: undefined, running: true, ready: true, ended: undefined });
  t.deepEqual(report([failingPod('kube-flannel/f-a', 'a', well, [])]), []);
});
