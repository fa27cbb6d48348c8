import test from 'ava';
import type { ClusterFacts, Placement } from '../../../../src/model/cluster-facts.ts';
import type { SurveyNode } from '../../../../src/model/survey.ts';
import { known } from '../../facts.ts';
import { node } from '../../plan/support.ts';
import { NOW } from '../support.ts';
import { crashing, failingPod, judge } from '../with-facts.ts';

const PREFIX = 'flannel.alpha.coreos.com/';

const annotated = (name: string, more: Record<string, string> = {}, rest: Partial<SurveyNode> = {}) =>
  node(name, ['10.244.1.0/24'], {
    annotations: {
      [`${PREFIX}kube-subnet-manager`]: 'true',
      [`${PREFIX}backend-type`]: 'vxlan',
      ...Object.fromEntries(Object.entries(more).map(([key, value]) => [PREFIX + key, value])),
    },
    ...rest,
  });

const PLACE: Placement = {
  source: 'DaemonSet kf/ds',
  etcdEndpoints: undefined,
  nodeSelector: {},
  terms: undefined,
  tolerations: [],
};
const WELL = crashing('kube-flannel', { waiting: undefined, ended: undefined, running: true, ready: true });
const podOn = (name: string, container = WELL, namespace = 'kf') =>
  failingPod(`${namespace}/f-${name}`, name, container, []);

const FACTS: Partial<ClusterFacts> = { flannelPlacements: known([PLACE]), flannelPods: known([]) };

const missing = (nodes: SurveyNode[], facts: Partial<ClusterFacts> = {}) =>
  judge('FlannelAnnotationsMissing', nodes, { ...FACTS, ...facts });

const bare = (name: string, rest: Partial<SurveyNode> = {}) => node(name, ['10.244.2.0/24'], rest);

test('a node that flannel’s peers do not know is told with what it lacks and whether its pod runs', (t) => {
  const half = node('b', ['10.244.3.0/24'], { annotations: { [`${PREFIX}backend-type`]: 'vxlan' } });
  const { findings } = missing([annotated('x'), bare('a'), half], { flannelPods: known([podOn('b')]) });
  t.is(findings[0]?.message, "flannel's peers do not know 2 nodes: their annotations are missing");
  t.deepEqual(findings[0]?.evidence, [
    'a: no annotation of flannel, no pod of flannel runs there',
    'b: no flannel.alpha.coreos.com/kube-subnet-manager: "true" with a backend-type, pod kf/f-b runs there',
  ]);
  t.is(findings[0]?.remedy, 'kubectl -n kf delete pod f-b');
  const [single] = missing([bare('a')], { flannelPods: { known: false, reason: 'forbidden' } }).findings;
  t.is(single?.message, "flannel's peers do not know 1 node: its annotations are missing");
  t.deepEqual(single?.evidence, ["a: no annotation of flannel, flannel's pods are not known"]);
  t.is(single?.remedy, 'kubectl -n kf describe daemonset ds');
});

test('nothing is said where flannel need not run, or has not had the time, or fails', (t) => {
  t.deepEqual(missing([bare('a', { createdAt: NOW - 119_999 })]).findings, []);
  t.is(missing([bare('a', { createdAt: NOW - 120_000 })]).findings.length, 1);
  t.deepEqual(missing([bare('a', { deleting: true })]).findings, []);
  t.deepEqual(missing([node('a', [])]).findings, []);
  t.deepEqual(missing([bare('a', { labels: { type: 'virtual-kubelet' } })]).findings, []);
  t.deepEqual(missing([bare('a')], { flannelPods: known([podOn('a', crashing('kube-flannel'))]) }).findings, []);
  t.is(missing([bare('a')], { flannelPods: known([podOn('b', crashing('kube-flannel'))]) }).findings.length, 1);
  t.deepEqual(
    missing([bare('a')], { flannelPlacements: known([{ ...PLACE, nodeSelector: { x: 'y' } }]) }).findings,
    [],
  );
});

test('without a DaemonSet only k3s runs flannel; without either nothing is asked', (t) => {
  const none = { flannelPlacements: known([]) };
  t.deepEqual(missing([annotated('x'), bare('a')], none).findings, []);
  const [k3s] = missing([annotated('x'), bare('a', { annotations: { 'k3s.io/node-args': '[]' } })], none).findings;
  t.is(k3s?.remedy, 'restart flannel on a (k3s: systemctl restart k3s or k3s-agent)');
  const unread = { flannelPlacements: { known: false, reason: 'forbidden' } } as const;
  t.deepEqual(missing([bare('a')], unread), { findings: [], skipped: [] });
  t.deepEqual(missing([annotated('x')], unread).skipped, [{ code: 'FlannelAnnotationsMissing', reason: 'forbidden' }]);
});

test('flannel is restarted by the pods that are known, namespace by namespace, and by hand elsewhere', (t) => {
  const mixed = (pods: Partial<ClusterFacts>, ...names: string[]) =>
    judge(
      'FlannelBackendMixed',
      [
        ...['p', 'q', 'r', 's', 't'].map((name) => annotated(name)),
        ...names.map((name) => annotated(name, { 'backend-type': 'host-gw' })),
      ],
      pods,
    ).findings[0];
  const pods = { flannelPods: known([podOn('b', WELL, 'z'), podOn('c', WELL, 'z'), podOn('a')]) };
  t.is(mixed(pods, 'a', 'b', 'c')?.remedy, 'kubectl -n kf delete pod f-a && kubectl -n z delete pod f-b f-c');
  t.is(
    mixed(pods, 'a', 'd', 'e')?.remedy,
    'kubectl -n kf delete pod f-a; restart flannel on d, e (k3s: systemctl restart k3s or k3s-agent)',
  );
  t.is(mixed({}, 'Bad')?.remedy, 'restart flannel on the nodes (k3s: systemctl restart k3s or k3s-agent)');
});

test('another backend, or another number of vxlan, than most have is told', (t) => {
  const data = (VNI: number) => ({ 'backend-data': JSON.stringify({ VNI, VtepMAC: `5e:00:00:00:00:0${VNI}` }) });
  const v6 = { 'backend-v6-data': JSON.stringify({ VNI: 3, VtepMAC: '5e:00:00:00:00:09' }) };
  const nodes = [
    annotated('a', data(1)),
    annotated('b', data(1)),
    annotated('c', data(2)),
    annotated('d', v6),
    annotated('e'),
  ];
  const [found] = judge('FlannelBackendMixed', nodes, {}).findings;
  t.is(
    found?.message,
    'flannel runs with 4 backends: vxlan 1 on 2 nodes, vxlan on 1 node, vxlan 2 on 1 node, vxlan 3 on 1 node',
  );
  t.deepEqual(found?.evidence, [
    'e: vxlan, most have vxlan 1',
    'c: vxlan 2, most have vxlan 1',
    'd: vxlan 3, most have vxlan 1',
  ]);
  t.deepEqual(judge('FlannelBackendMixed', nodes.slice(0, 2), {}).findings, []);
});

const addresses = (...list: string[]) => ({ addresses: list.map((address) => ({ type: 'InternalIP', address })) });

test('a public address that the Node does not have is told family by family, unless somebody chose it', (t) => {
  const foreign = (annotations: Record<string, string>, ...own: string[]) =>
    judge('FlannelPublicIPForeign', [annotated('a', annotations, addresses(...own))], {}).findings;
  t.deepEqual(foreign({ 'public-ip': '10.0.2.15' }, '192.168.0.1', '192.168.0.2')[0]?.evidence, [
    'a: flannel says 10.0.2.15, the Node has 192.168.0.1, 192.168.0.2',
  ]);
  t.is(
    foreign({ 'public-ip': '10.0.2.15' }, '192.168.0.1')[0]?.message,
    'flannel announces 1 node under an address that the Node does not have',
  );
  t.deepEqual(foreign({ 'public-ip': '192.168.0.1' }, '192.168.0.1'), []);
  t.deepEqual(foreign({ 'public-ip': '10.0.2.15' }, 'fd00::1'), []);
  t.deepEqual(foreign({ 'public-ip': '10.0.2.15' }), []);
  t.deepEqual(foreign({ 'public-ip': '10.0.2.15', 'node-public-ip': 'x' }, '192.168.0.1'), []);
  t.is(
    foreign({ 'public-ipv6': 'fd00::9' }, 'fd00::1', '192.168.0.1')[0]?.evidence[0],
    'a: flannel says fd00::9, the Node has fd00::1',
  );
  t.deepEqual(foreign({ 'public-ipv6': 'fd00::9', 'public-ipv6-overwrite': 'x' }, 'fd00::1'), []);
});

test('the interface is set in the DaemonSet, or in k3s', (t) => {
  const remedy = (facts: Partial<ClusterFacts>) =>
    judge('FlannelPublicIPForeign', [annotated('a', { 'public-ip': '10.0.2.15' }, addresses('192.168.0.1'))], facts)
      .findings[0]?.remedy;
  t.is(
    remedy({ flannelPlacements: known([PLACE]) }),
    "kubectl -n kf set env daemonset ds -c kube-flannel FLANNELD_IFACE_REGEX='^192\\.168\\.0\\.'",
  );
  const k3s =
    'set flannel-iface to the interface between the nodes (/etc/rancher/k3s/config.yaml), and restart k3s there';
  t.is(remedy({ flannelPlacements: known([]) }), k3s);
  t.is(remedy({}), k3s);
});

test('one public address on several nodes is told, but not where the machines have it themselves', (t) => {
  const same = (...own: string[][]) =>
    judge(
      'FlannelPublicIPDuplicate',
      own.map((list, at) => annotated(`n${at}`, { 'public-ip': '10.0.2.15' }, addresses(...list))),
      {},
    ).findings;
  t.deepEqual(same(['192.168.0.1'], [])[0]?.evidence, [
    'n0: flannel says 10.0.2.15, the Node has 192.168.0.1',
    'n1: flannel says 10.0.2.15, the Node has no address',
  ]);
  t.deepEqual(same(['10.0.2.15'], ['10.0.2.15']), []);
  t.is(same(['10.0.2.15'], ['192.168.0.1']).length, 1);
  t.deepEqual(same(['192.168.0.1']), []);
});

test('one MAC address on several nodes is told with the way to another one, node by node', (t) => {
  const data = { 'backend-data': '{"VNI":1,"VtepMAC":"5E:00:00:00:00:01"}', 'public-ip': '192.168.0.1' };
  const clone = { machineID: 'm' };
  const macs = (...nodes: SurveyNode[]) =>
    judge('FlannelVtepMACDuplicate', nodes, { flannelPods: known([podOn('b')]) }).findings[0];
  const found = macs(annotated('a', data, clone), annotated('b', data, clone), annotated('c', data, clone));
  t.is(found?.message, '3 nodes have the same VtepMAC 5e:00:00:00:00:01');
  t.deepEqual(found?.evidence, [
    'a: flannel.1 at 192.168.0.1',
    'b: flannel.1 at 192.168.0.1',
    'c: flannel.1 at 192.168.0.1',
    'they have one machine id: copies of one disk, see MachineIDDuplicate',
  ]);
  t.is(
    found?.remedy,
    'kubectl annotate node b flannel.alpha.coreos.com/backend-data- && kubectl -n kf exec f-b -c kube-flannel -- ip link delete flannel.1 && kubectl -n kf delete pod f-b && kubectl annotate node c flannel.alpha.coreos.com/backend-data-  # then on c: ip link delete flannel.1, and restart flannel',
  );
  t.is(macs(annotated('a', data), annotated('b', data))?.evidence.length, 2, 'no machine id is no clone');
  t.is(macs(annotated('a', data, clone), annotated('z', data, { machineID: 'n' }))?.evidence.length, 2);
  const v6 = { 'backend-v6-data': '{"VNI":7,"VtepMAC":"5e:00:00:00:00:02"}' };
  const sixth = macs(annotated('a', v6), annotated('z', v6));
  t.regex(sixth?.remedy ?? '', /backend-v6-data- {2}# then on z: ip link delete flannel-v6\.7/);
  t.regex(macs(annotated('a', data), annotated('Z', data, { createdAt: 9 }))?.remedy ?? '', /^the name is not valid/);
});
