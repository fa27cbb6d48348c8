import test from 'ava';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { createNodes, node } from '../../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { createTwins, getNode } from './support.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(() => plane.clear());

const run = (...args: string[]) => runPodcidr(['reassign', ...args], { kubeconfig: plane.kubeconfig });

/** What bad input and a single refused node have in common: one clear message, exit 2, nothing on stdout. */
function refusedClearly(t: import('ava').ExecutionContext, ran: ProgramResult, says: RegExp): void {
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
}

for (const [what, options, says] of [
  ['with a finalizer', { finalizers: ['karpenter.sh/termination'] }, /finalizer karpenter\.sh\/termination/],
  ['that is an etcd member of k3s', { labels: { 'node-role.kubernetes.io/etcd': 'true' } }, /etcd member/],
  ['of a machine controller', { annotations: { 'cluster.x-k8s.io/machine': 'm' } }, /--machine-paused/],
] as const) {
  test.serial(`a Node ${what} is refused and stays as it is`, async (t) => {
    const [before] = await createNodes(plane.api, [
      node('a', { ...options, podCIDRs: ['10.244.7.0/24'] } as Parameters<typeof node>[1]),
    ]);
    refusedClearly(t, await run('a', '--yes'), says);
    t.is((await getNode(plane, 'a')).metadata.uid, before?.metadata.uid);
  });
}

test.serial('a Node that is being deleted is refused', async (t) => {
  await createNodes(plane.api, [node('going', { finalizers: ['example.com/wait'], podCIDRs: ['10.244.7.0/24'] })]);
  await plane.api.request('DELETE', '/api/v1/nodes/going');
  refusedClearly(t, await run('going', '--yes'), /deletionTimestamp/);
});

test.serial('a machine controller that the operator attests to be paused does not hinder the move', async (t) => {
  await createNodes(plane.api, [node('m', { annotations: { 'cluster.x-k8s.io/machine': 'm' } })]);
  const ran = await run('m', '--yes', '--machine-paused');
  t.is(ran.code, 0, ran.stderr);
});

test.serial('a node that does not exist is named', async (t) => {
  refusedClearly(t, await run('ghost', '--yes'), /"ghost" not found/);
});

test.serial('without --yes and without a terminal nothing is changed', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  refusedClearly(t, await run('moves'), /--yes/);
});

test.serial('on a terminal the plan is shown and a no changes nothing', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const before = await getNode(plane, 'moves');
  const ran = await runPodcidr(['reassign', 'moves'], { kubeconfig: plane.kubeconfig, tty: true, input: 'n\n' });
  t.is(ran.code, 0, ran.stdout);
  t.regex(ran.stdout, /10\.244\.255\.0\/24.*Reassign this node\? \[y\/N\].*cancelled/s);
  t.is((await getNode(plane, 'moves')).metadata.uid, before.metadata.uid);
});

test.serial('of several nodes the refused one is skipped, the others move, and the exit code is 1', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await createNodes(plane.api, [node('held', { finalizers: ['x.example/y'], podCIDRs: ['10.244.78.0/24'] })]);
  const ran = await run('moves', 'held', '--yes');
  t.is(ran.code, 1, ran.stderr);
  t.is(ran.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)\n');
  t.regex(ran.stderr, /held: it has the finalizer/);
});

for (const [wish, says] of [
  ['moves=10.245.1.0/24', /outside the cluster CIDR/],
  ['moves=10.244.1.0/25', /\/25/],
  ['moves=10.244.78.0/24', /held by node other/],
  ['moves=010.244.1.0/24', /010\.244\.1\.0\/24/],
  ['moves=10.244.1.5/24', /10\.244\.1\.0\/24/],
  ['moves=fd00::/64', /IPv6/],
  ['moves=', /""/],
] as const) {
  test.serial(`${wish} is refused with the value and what would be right`, async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    await createNodes(plane.api, [node('other', { podCIDRs: ['10.244.78.0/24'] })]);
    refusedClearly(t, await run(wish, '--yes'), says);
  });
}

test.serial('a backup that cannot be written refuses the move before anything is changed', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  refusedClearly(
    t,
    await run('moves', '--yes', '--state-dir=/proc/no-such-folder'),
    /state folder \/proc\/no-such-folder.*--state-dir/s,
  );
});

test.serial('a user who may delete nodes but not create them is refused before anything is changed', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const rules = [
    {
      apiGroups: [''],
      resources: ['nodes', 'pods', 'namespaces', 'configmaps'],
      verbs: ['get', 'list', 'watch', 'delete', 'patch', 'update'],
    },
  ];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await plane.api.post(`${rbac}/clusterroles`, { kind: 'ClusterRole', metadata: { name: 'half' }, rules });
  await plane.api.post(`${rbac}/clusterrolebindings`, {
    kind: 'ClusterRoleBinding',
    metadata: { name: 'half' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'half' },
    subjects: [{ kind: 'User', name: 'operator', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const before = await getNode(plane, 'moves');
  const ran = await runPodcidr(['reassign', 'moves', '--yes'], { kubeconfig: plane.users.operator ?? '' });
  refusedClearly(t, ran, /may not create nodes.*create configmaps in kube-system/);
  t.regex(ran.stderr, /"verbs":\["create"\]/);
  t.is((await getNode(plane, 'moves')).metadata.uid, before.metadata.uid);
});

test.serial('asking for the subnet that a node has already is fine and changes nothing', async (t) => {
  const [before] = await createNodes(plane.api, [node('a', { podCIDRs: ['10.244.7.0/24'] })]);
  const ran = await run('a=10.244.7.0/24', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, 'node/a already has 10.244.7.0/24\n');
  t.is((await getNode(plane, 'a')).metadata.uid, before?.metadata.uid);
});
