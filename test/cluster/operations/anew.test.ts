import test, { type ExecutionContext } from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { getNode, NO_RESTART } from '../reassign/support.ts';
import { isDelete, isPost, operationOf, type Stage, startStage } from './support.ts';

const A = '10.244.11.0/24';
const B = '10.244.12.0/24';
const FREE = ['10.244.255.0/24', '10.244.254.0/24'];

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(async () => {
  await stage.clear();
  await stage.create('a', [A]);
  await stage.create('b', [B]);
});

const BOTH = ['reassign', 'a', 'b', NO_RESTART];
const subnets = async () => [await stage.subnet('a'), await stage.subnet('b')];
const states = async () => (await stage.operations()).map(({ verb, state }) => `${verb} ${state}`);

/** Until its lock expires it may still be at work. */
const interrupted = () => until(async () => (await stage.operations())[0]?.state === 'interrupted', 20_000);

/** One clear message, exit 2, and every Node is as it was. */
async function isRefused(t: ExecutionContext, run: () => Promise<ProgramResult>, says: RegExp): Promise<void> {
  const before = await stage.standing();
  const ran = await run();
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  t.deepEqual(await stage.standing(), before);
}

/** A controller that acts on the deletion of a Node. */
const NFD_GC = {
  metadata: { name: 'nfd-gc' },
  spec: {
    selector: { matchLabels: { app: 'nfd-gc' } },
    template: { metadata: { labels: { app: 'nfd-gc' } }, spec: { containers: [{ name: 'gc', image: 'gc' }] } },
  },
};
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Everything but the right to create Nodes: who has no more would lose the Node that it deletes. */
async function bindAllButCreate(): Promise<void> {
  await stage.plane.api.post(`${RBAC}/clusterroles`, {
    metadata: { name: 'all-but-create' },
    rules: [
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch', 'delete', 'patch'] },
      { apiGroups: [''], resources: ['configmaps', 'pods', 'pods/eviction', 'events', 'namespaces'], verbs: ['*'] },
      {
        apiGroups: [
          'apps',
          'storage.k8s.io',
          'coordination.k8s.io',
          'discovery.k8s.io',
          'admissionregistration.k8s.io',
        ],
        resources: ['*'],
        verbs: ['*'],
      },
      { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
    ],
  });
  await stage.plane.api.post(`${RBAC}/clusterrolebindings`, {
    metadata: { name: 'all-but-create' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all-but-create' },
    subjects: [{ kind: 'User', name: 'operator', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const inForce = await until(async () => (await asOperator('operations', '-o', 'json')).code === 0, 10_000);
  if (!inForce) throw new Error('all-but-create is not in force');
}

const asOperator = (...args: string[]) =>
  runPodcidr([...args, '--state-dir', stage.elsewhere()], { kubeconfig: stage.plane.users.operator ?? '' });

const MAY_NOT_CREATE = /you may not create nodes, which this needs; nothing was changed\n.*"verbs":\["create"\]/;

test.serial('who may delete Nodes and not create them deletes none by resume or rollback', async (t) => {
  await bindAllButCreate();
  await stage.killed(BOTH, isDelete);
  await interrupted();
  await isRefused(t, () => asOperator('resume', '--yes'), MAY_NOT_CREATE);
  t.is((await stage.runElsewhere(['resume'])).code, 0);
  const [{ id } = { id: '' }] = await stage.operations();
  await isRefused(t, () => asOperator('rollback', id, '--yes', '--cooldown=0s'), MAY_NOT_CREATE);
  t.deepEqual(await subnets(), FREE);
});

for (const [recovery, found] of [
  ['resume', FREE],
  ['rollback', [A, B]],
] as const) {
  const flags = recovery === 'rollback' ? ['--cooldown=0s'] : [];

  test.serial(`${recovery}: what speaks against deleting a Node by now is told, and nothing is changed`, async (t) => {
    const moved = await stage.run([...BOTH, '-o', 'json']);
    t.is(moved.code, 0, moved.stderr);
    const { id } = operationOf(moved);
    if (recovery === 'resume') await stage.killed(['rollback', id, '--cooldown=0s'], isDelete);
    await stage.plane.api.post(DEPLOYMENTS, NFD_GC);
    t.teardown(() => stage.plane.api.delete(`${DEPLOYMENTS}/nfd-gc`));
    const args = recovery === 'resume' ? [recovery] : [recovery, id, ...flags];
    await isRefused(
      t,
      () => stage.runElsewhere(args),
      /node \w is not moved: .* nfd-gc .*use --ignore=nfd-gc \(and 1 more\); nothing was changed/,
    );
    const ran = await stage.runElsewhere([...args, '--ignore=nfd-gc']);
    t.is(ran.code, 0, ran.stderr);
    t.deepEqual(await subnets(), [A, B]);
  });

  test.serial(`${recovery}: a Node that is absent comes back, whatever speaks against deleting another`, async (t) => {
    await stage.killed(BOTH, isPost);
    await stage.plane.api.patch('/api/v1/nodes/b', { metadata: { finalizers: ['example.com/hold'] } });
    await interrupted();
    const ran = await stage.runElsewhere([recovery, ...flags]);
    t.is(await stage.subnet('a'), found[0], ran.stderr);
    if (recovery === 'resume') {
      t.is(ran.code, 3, ran.stderr);
      t.regex(ran.stderr, /node b was not moved: .*example\.com\/hold/);
      t.deepEqual(await states(), ['reassign interrupted']);
      await stage.plane.api.patch('/api/v1/nodes/b', { metadata: { finalizers: null } });
      t.is((await stage.runElsewhere([recovery])).code, 0);
    } else t.is(ran.code, 0, ran.stderr);
    t.deepEqual(await subnets(), [...found]);
  });
}

test.serial('who may not delete Nodes brings an absent one back by resume, and moves no other', async (t) => {
  await bindAllButCreate();
  await stage.killed(BOTH, isPost);
  await interrupted();
  const { rules } = (await stage.plane.api.get(`${RBAC}/clusterroles/all-but-create`)) as unknown as {
    rules: { verbs: string[] }[];
  };
  const [nodes, ...others] = rules;
  const verbs = ['get', 'list', 'watch', 'create', 'patch'];
  await stage.plane.api.patch(`${RBAC}/clusterroles/all-but-create`, { rules: [{ ...nodes, verbs }, ...others] });
  await until(
    async () => /may not delete nodes/.test((await asOperator('reassign', 'b', '--dry-run=server')).stderr),
    10_000,
  );
  const uid = (await getNode(stage.plane, 'b')).metadata.uid;
  const ran = await asOperator('resume', '--yes');
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /Warning: you may not delete nodes/);
  t.deepEqual(await subnets(), [FREE[0], B]);
  t.is((await getNode(stage.plane, 'b')).metadata.uid, uid);
  t.is((await stage.runElsewhere(['resume'])).code, 0);
  t.deepEqual(await subnets(), FREE);
});

test.serial('what was vouched for when the operation was begun is not asked for again by resume', async (t) => {
  for (const name of ['a', 'b']) {
    const annotations = { 'cluster.x-k8s.io/machine': name };
    await stage.plane.api.patch(`/api/v1/nodes/${name}`, { metadata: { annotations } });
  }
  await stage.killed([...BOTH, '--machine-paused'], isDelete, 'after');
  const ran = await stage.runElsewhere(['resume']);
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await subnets(), FREE);
  const [{ id } = { id: '' }] = await stage.operations();
  await isRefused(t, () => stage.runElsewhere(['rollback', id, '--cooldown=0s']), /--machine-paused/);
});
