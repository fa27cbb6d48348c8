import test from 'ava';
import type { CNIPod } from '../../../../src/host/cni-pods.ts';
import { peerPods, silentLeft } from '../../../../src/operate/care/peer-pods.ts';

function pod(node: string, some: Partial<CNIPod> = {}): CNIPod {
  const uid = some.name ?? `flannel-${node}`;
  return {
    cni: 'flannel',
    namespace: 'kube-x',
    daemonSet: 'flannel',
    name: uid,
    uid,
    node,
    container: 'c',
    image: 'i',
    pullSecrets: [],
    running: true,
    ready: true,
    deleting: false,
    createdAt: 0,
    ...some,
  };
}

function asked(pods: CNIPod[]): string[] {
  return peerPods(pods, 'flannel').asked.map(({ name }) => name);
}

function left(pods: CNIPod[]): string[] {
  return silentLeft(peerPods(pods, 'flannel').silent).map(({ what }) => what);
}

test('a node whose CNI does not run, or is about to go, is not taken for one that has its routes', (t) => {
  t.deepEqual(asked([pod('n1'), pod('n2', { running: false }), pod('n3', { deleting: true })]), ['flannel-n1']);
  t.deepEqual(left([pod('n1'), pod('n2', { running: false })]), [
    'look whether n2 has its routes: its flannel pod kube-x/flannel-n2 does not run',
  ]);
  t.deepEqual(left([pod('n3', { deleting: true })]), [
    'look whether n3 has its routes: its flannel pod kube-x/flannel-n3 is being deleted',
  ]);
  t.deepEqual(left([pod('', { name: 'waits', running: false })]), [
    'look whether the node of pod kube-x/waits has its routes: its flannel pod kube-x/waits does not run',
  ]);
  t.deepEqual(left([pod('n1', { cni: 'antrea', running: false })]), [], 'it gives nobody a route');
});

test('many that do not run are told of in one line', (t) => {
  const down = Array.from({ length: 7 }, (_, index) => pod(`n${index}`, { running: false }));
  t.deepEqual(left(down), [
    'look whether n0, n1, n2, n3, n4 and 2 more have their routes: their flannel pods do not run',
  ]);
});

test('a node whose CNI was just restarted is asked through the successor', (t) => {
  const former = pod('n1', { name: 'former', deleting: true });
  const crashed = pod('n1', { name: 'crashed', running: false });
  const next = pod('n1', { name: 'next' });
  t.deepEqual(asked([former, crashed, next]), ['next']);
  t.deepEqual(left([former, next, crashed]), []);
  t.deepEqual(asked([pod('n1'), pod('n1', { name: 'arm', daemonSet: 'flannel-arm' })]), ['flannel-n1', 'arm']);
});
