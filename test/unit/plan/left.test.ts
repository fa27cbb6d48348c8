import test from 'ava';
import type { Move } from '../../../src/model/plan.ts';
import type { SurveyNode } from '../../../src/model/survey.ts';
import { readCarePod } from '../../../src/plan/care/pod.ts';
import { readDrainPod } from '../../../src/plan/drain/pod.ts';
import { type LeftSight, leftToDo } from '../../../src/plan/left.ts';
import { node, survey, verdict } from './support.ts';

const FROM = ['10.244.2.0/24'];
const FLANNEL = {
  'flannel.alpha.coreos.com/backend-type': 'vxlan',
  'flannel.alpha.coreos.com/kube-subnet-manager': 'true',
};

const move = (more: Partial<Move> = {}): Move => ({
  node: 'a',
  uid: 'uid-a',
  method: 'recreate',
  from: FROM,
  to: ['10.244.9.0/24'],
  reason: '',
  wished: false,
  annotations: [],
  survivors: [],
  raw: {},
  ...more,
});

const rawPod = (name: string, more: { hostNetwork?: boolean; phase?: string } = {}) => ({
  metadata: { namespace: 'default', name, uid: `uid-${name}` },
  spec: { hostNetwork: more.hostNetwork ?? false },
  status: { phase: more.phase ?? 'Running', podIPs: [{ ip: '10.244.2.7' }] },
});

const pod = (name: string, phase = 'Running') => readDrainPod(rawPod(name, { phase }));

const seen = (...pods: ReturnType<typeof rawPod>[]) => ({ pods: pods.map(readCarePod), agents: [] });

function left(given: Move, sight: Partial<LeftSight> = {}, nodes: SurveyNode[] = [node('a', FROM)]): string[] {
  const all = { view: undefined, drain: undefined, care: undefined, proxyByNodeCIDR: false, ...sight };
  return leftToDo(given, { survey: survey(nodes), ...all }).map(({ what, commands }) =>
    [what, ...commands].join(' | '),
  );
}

const MAY_ALL = { mayDelete: true, mayExec: true, force: false, deleteEmptydirData: false, selects: false };

const RESTART =
  'the CNI on a uses 10.244.2.0/24 until it is restarted: delete its pod there, then remove the old bridge (ip link del cni0) | kubectl get pods -A -o wide --field-selector spec.nodeName=a';

test('without after-care the CNI is restarted and pods with old addresses are deleted by hand', (t) => {
  t.deepEqual(left(move()), [
    RESTART,
    'pods of a on the pod network keep their old addresses until they are deleted; the node is not drained (a drain may need --delete-emptydir-data, which deletes what is in emptyDir volumes) | kubectl drain a --ignore-daemonsets && kubectl uncordon a',
  ]);
});

test('where no pod is on the pod network none is deleted', (t) => {
  t.deepEqual(left(move(), { view: seen(rawPod('x', { hostNetwork: true }), rawPod('y', { phase: 'Failed' })) }), [
    RESTART,
  ]);
  t.is(left(move(), { view: seen(rawPod('x')) }).length, 2);
});

test('the bridge is flannel’s: of another CNI none is removed', (t) => {
  const flannel = node('a', FROM, { annotations: FLANNEL });
  t.regex(left(move(), {}, [flannel])[0] ?? '', /^flannel on a .*cni0/);
  const router = node('a', FROM, { annotations: { 'kube-router.io/pod-cidr': '10.244.2.0/24' } });
  t.regex(left(move(), {}, [router])[0] ?? '', /^kube-router on a .*delete its pod there \| /);
});

test('k3s is restarted as a whole', (t) => {
  const raw = { status: { nodeInfo: { kubeletVersion: 'v1.36.3+k3s1' } } };
  t.is(
    left(move({ raw }))[0],
    'the CNI of a is part of k3s, which learns 10.244.9.0/24 when it starts: restart it | systemctl restart k3s-agent  # on a',
  );
});

test('a subnet that stays leaves what a new Node leaves, and a patched one nothing but kube-proxy', (t) => {
  t.deepEqual(left(move({ to: FROM })), []);
  t.deepEqual(left(move({ method: 'patch', from: [] })), []);
  t.deepEqual(left(move({ method: 'patch', from: [] }), { proxyByNodeCIDR: true }), [
    "restart kube-proxy on a, which takes the former subnet for the node's pods | kubectl delete pod -n kube-system -l k8s-app=kube-proxy --field-selector spec.nodeName=a",
  ]);
  const raw = {
    metadata: { annotations: { 'csi.volume.kubernetes.io/nodeid': '{}' } },
    status: { nodeInfo: { kubeletVersion: 'v1.36.3' } },
  };
  const kubelet = 'restart the kubelet of a before any CSI driver on it restarts | systemctl restart kubelet  # on a';
  t.deepEqual(left(move({ to: FROM, raw })), [kubelet]);
  t.deepEqual(left(move({ raw }), { view: seen() }), [RESTART, kubelet]);
  t.deepEqual(left(move({ method: 'patch', from: [], raw })), []);
});

test('what a drain passes over keeps its address, and is told by its kind', (t) => {
  const drain = verdict({
    evict: [pod('evicted'), pod('done', 'Succeeded')],
    daemonPods: [pod('d1'), pod("d2's")],
    staticPods: [pod('s1')],
  });
  const view = seen(...['evicted', 'd1', 'd2', 's1', 'over', 'over2'].map((name) => rawPod(name)));
  t.deepEqual(left(move(), { drain, view }), [
    RESTART,
    "DaemonSet-managed pods of a keep their old addresses until they are deleted: default/d1, default/d2's | kubectl delete pod -n default d1 && kubectl delete pod -n default 'd2'\\''s'",
    'static pods of a keep their old addresses until they are restarted on the host: default/s1',
    '2 pods of a keep their old addresses until they are deleted: --pod-selector or --skip-wait-for-delete-timeout passes over them',
  ]);
  t.deepEqual(left(move(), { drain: verdict({ evict: [pod('x')] }), view: seen(rawPod('x')) }), [RESTART]);
  t.deepEqual(left(move(), { drain: verdict({ staticPods: [pod('s')] }) }), [
    RESTART,
    'static pods of a keep their old addresses until they are restarted on the host: default/s',
  ]);
});

test('a survivor that flannel does not announce needs the CNI restarted everywhere', (t) => {
  const nodes = [
    node('a', FROM),
    node('b', FROM),
    node('c', FROM, { annotations: { 'flannel.alpha.coreos.com/backend-data': 'null' } }),
  ];
  t.is(
    left(move({ survivors: ['b', 'c'] }), { view: seen() }, nodes)[0],
    'peers may lose their route to b, which keeps the shared subnet: restart the CNI on every node',
  );
  t.deepEqual(left(move({ survivors: ['c'] }), { view: seen() }, nodes), [RESTART]);
  t.deepEqual(left(move({ method: 'patch', survivors: ['b'] }), {}, nodes), []);
});

test('with after-care only what it does not do is left, and what draining takes away is not', (t) => {
  const agents = [{ cni: 'flannel', namespace: 'kube-flannel', daemonSet: 'ds', name: 'kf-x', uid: 'u' }];
  const view = { pods: [rawPod('bare')].map(readCarePod), agents };
  const care = { ...MAY_ALL, dependents: [] };
  t.deepEqual(left(move(), { view, care }), [
    'pods of a that no controller creates again keep their old addresses until they are deleted and created: default/bare | kubectl delete pod -n default bare',
  ]);
  t.deepEqual(left(move(), { view, care, drain: verdict({ evict: [pod('bare')] }) }), []);
  t.is(left(move(), { view: { ...view, agents: [] }, care }).length, 2, 'no agent is seen: nothing is done');
  t.is(left(move(), { view, care, proxyByNodeCIDR: true }).length, 2);
});

test('a node whose CNI only the operator can put right is to be uncordoned by hand, and no other is', (t) => {
  const agents = [{ cni: 'flannel', namespace: 'kube-flannel', daemonSet: 'ds', name: 'kf-x', uid: 'u' }];
  const view = { pods: [], agents };
  const care = { ...MAY_ALL, dependents: [] };
  const uncordons = (given: Move, sight: Partial<LeftSight>) =>
    left(given, sight).filter((line) => line.endsWith(' | kubectl uncordon a')).length;
  const drain = verdict();
  t.is(uncordons(move(), { view, care, drain }), 0);
  t.is(uncordons(move(), { view, care: { ...care, mayDelete: false }, drain }), 1);
  t.is(uncordons(move(), { view, care: { ...care, mayExec: false }, drain }), 1, 'its bridge stays');
  t.is(uncordons(move(), { view, care: { ...care, mayDelete: false } }), 0, 'who does not drain does not cordon');
  const k3s = { status: { nodeInfo: { kubeletVersion: 'v1.36.1+k3s1' } } };
  t.is(uncordons(move({ raw: k3s }), { view: seen(), care, drain }), 1);
  t.is(uncordons(move({ raw: { ...k3s, spec: { unschedulable: true } } }), { view: seen(), care, drain }), 0);
  t.is(uncordons(move({ raw: k3s }), { view: seen(), drain }), 0, 'without after-care it is as schedulable as before');
});
