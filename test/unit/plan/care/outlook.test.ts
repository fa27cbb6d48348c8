import test from 'ava';
import type { Move } from '../../../../src/model/plan.ts';
import { type CareTerms, careLeft, careLines, type Outlook } from '../../../../src/plan/care/outlook.ts';
import { readCarePod } from '../../../../src/plan/care/pod.ts';
import { verdict } from '../support.ts';

const TERMS: CareTerms = {
  mayDelete: true,
  mayExec: true,
  force: false,
  deleteEmptydirData: false,
  selects: false,
  dependents: [],
};

const pod = (name: string) =>
  readCarePod({
    metadata: {
      namespace: 'a',
      name,
      uid: name,
      ownerReferences: [{ kind: 'DaemonSet', apiVersion: 'apps/v1', name: 'x', uid: 'x', controller: true }],
    },
    status: { podIP: '10.244.2.5' },
  });

function outlook(node: string, cni = 'flannel', pods = ['old']): Outlook {
  const move: Move = {
    node,
    uid: 'x',
    method: 'recreate',
    from: ['10.244.2.0/24'],
    to: ['10.244.40.0/24'],
    reason: '',
    wished: false,
    annotations: [],
    survivors: [],
    raw: {},
  };
  const agents = cni === '' ? [] : [{ cni, namespace: 'kube-x', daemonSet: cni, name: `${cni}-${node}`, uid: 'a' }];
  return { move, view: { pods: pods.map(pod), agents }, drain: undefined };
}

test('the plan says per node what restarts, what goes, and which pods', (t) => {
  t.deepEqual(careLines([outlook('n3')], TERMS), [
    'n3: flannel is restarted (pod kube-x/flannel-n3); cni0 goes if it has an old address; 1 pod with old addresses is deleted: a/old',
    'Then the other nodes are asked for their routes; the CNI is restarted where one lacks.',
  ]);
  t.deepEqual(careLines([outlook('n3', 'antrea', [])], TERMS), ['n3: antrea is restarted (pod kube-x/antrea-n3)']);
  t.deepEqual(careLines([{ ...outlook('n3'), drain: verdict({ evict: [pod('old')] }) }], TERMS), [
    'n3: flannel is restarted (pod kube-x/flannel-n3); cni0 goes if it has an old address',
    'Then the other nodes are asked for their routes; the CNI is restarted where one lacks.',
  ]);
});

test('many nodes are told of together, and nodes without a CNI that is seen not at all', (t) => {
  const many = Array.from({ length: 12 }, (_, index) => outlook(`n${index}`));
  t.is(
    careLines([...many, outlook('none', '')], TERMS)[0],
    'flannel is restarted on 12 nodes (n0, n1, n2 and 9 more); 12 pods with old addresses are deleted',
  );
  t.deepEqual(careLines([outlook('n3', '')], TERMS), []);
});

test('what may not be done is left, with its commands', (t) => {
  t.deepEqual(careLeft(outlook('n3'), TERMS), []);
  const commands = (terms: Partial<CareTerms>, cni = 'flannel') =>
    careLeft(outlook('n3', cni), { ...TERMS, ...terms }).flatMap((one) => one.commands);
  const rest = ['ip link del cni0  # on n3', 'kubectl delete pod -n a old'];
  t.deepEqual(commands({ mayExec: false }), rest);
  t.deepEqual(commands({ mayDelete: false }), ['kubectl delete pod -n kube-x flannel-n3', ...rest]);
  t.deepEqual(commands({ mayExec: false }, 'antrea'), [], 'nothing on the node hinders its pods');
  t.deepEqual(careLines([outlook('n3')], { ...TERMS, mayDelete: false }), []);
  t.deepEqual(careLines([outlook('n3')], { ...TERMS, mayExec: false }), [
    'n3: flannel is restarted (pod kube-x/flannel-n3)',
  ]);
});

test('the plan names the drivers that stay until the kubelet was restarted, though their addresses are old', (t) => {
  const { move, view } = outlook('n3');
  const raw = {
    metadata: { annotations: { 'csi.volume.kubernetes.io/nodeid': '{"x":"n3"}' } },
    status: { nodeInfo: { kubeletVersion: 'v1.36.3' } },
  };
  const driver = (name: string, podIP: string) =>
    readCarePod({
      metadata: {
        namespace: 'csi',
        name,
        uid: name,
        ownerReferences: [{ kind: 'DaemonSet', apiVersion: 'apps/v1', name: 'x', uid: 'x', controller: true }],
      },
      spec: { volumes: [{ name: 'registry', hostPath: { path: '/var/lib/kubelet/plugins_registry/' } }] },
      status: { podIP },
    });
  const pods = [...view.pods, driver('stays', '10.244.2.6'), driver('right', '10.244.40.6')];
  const left = careLeft({ move: { ...move, raw }, view: { ...view, pods }, drain: undefined }, TERMS);
  t.deepEqual(
    left.flatMap(({ commands }) => commands),
    ['systemctl restart kubelet  # on n3', 'kubectl delete pod -n csi stays'],
  );
});

test('pods that --pod-selector leaves out are left to the operator, and not deleted', (t) => {
  const one = { ...outlook('n3', 'antrea', ['picked', 'other']), drain: verdict({ daemonPods: [pod('picked')] }) };
  t.deepEqual(careLines([one], { ...TERMS, selects: true }), [
    'n3: antrea is restarted (pod kube-x/antrea-n3); 1 pod with old addresses is deleted: a/picked',
  ]);
  t.deepEqual(careLeft(one, { ...TERMS, selects: true }), [
    {
      what: 'pods of n3 that --pod-selector leaves out cannot be reached until they are deleted: a/other',
      commands: ['kubectl delete pod -n a other'],
    },
  ]);
  t.deepEqual(careLeft(one, TERMS), []);
});
