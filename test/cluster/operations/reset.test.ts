import test, { type ExecutionContext } from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { createNodes, node } from '../../harness/node.ts';
import type { ProgramResult } from '../../harness/program.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { comparable, createOwned, getNode, NO_RESTART, OWNED } from '../reassign/support.ts';
import { isDelete, isPost, operationOf, type Stage, startStage, withoutManagers } from './support.ts';

/** 16 subnets: a pool whose next one can be told. The plane's own Node has one of them. */
const POOL = ['--cluster-cidr=10.244.0.0/24', '--node-cidr-mask-size=28'];
/** No kubelet renews a heartbeat here: kwok's writes would give the allocator every bit back. */
const FLAGS = [...POOL, '--node-monitor-grace-period=15m'];
const LEADER = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';
const SUBNET = /^10\.244\.0\.\d+\/28$/;
let stage: Stage;
test.before(async () => {
  stage = await startStage({ controllerManager: FLAGS });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

const reset = (...names: string[]) => stage.run(['reset', ...names, NO_RESTART]);

test.serial('a node gets what kube-controller-manager gives it; all else is as it was', async (t) => {
  const before = await stage.create('worker');
  await createOwned(stage.plane, before);
  const ran = await reset('worker');
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr.split('\n')[0] ?? '', /^The machines are not touched/);
  const after = await getNode(stage.plane, 'worker');
  t.regex(after.spec?.podCIDR ?? '', SUBNET);
  t.not(after.metadata.uid, before.metadata.uid);
  t.is(ran.stdout, `node/worker reset (${before.spec?.podCIDR} → ${after.spec?.podCIDR})\n`);
  t.deepEqual(after.spec?.podCIDRs, [after.spec?.podCIDR]);
  t.deepEqual(comparable(after), comparable(before));
  t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  t.regex(ran.stderr, /Verified: every moved node is there once/);
});

test.serial('several nodes are reset one after another; -o json prints the operation', async (t) => {
  await stage.create('a');
  await stage.create('b');
  const ran = await stage.run(['reset', 'a', 'b', NO_RESTART, '-o', 'json']);
  t.is(ran.code, 0, ran.stderr);
  const document = operationOf(ran);
  t.is(schemaErrors('operation', document), '');
  t.is(document.state, 'finished');
  t.deepEqual(
    await Promise.all(document.moves.map(async ({ node: name, to }) => [name, to, await stage.subnet(name)])),
    document.moves.map(({ node: name, to }) => [name, to, to[0]]),
  );
});

test.serial('a dry run writes nothing and says that the machine is not touched', async (t) => {
  await stage.create('worker');
  const before = await stage.standing();
  const ran = await runDry('worker');
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stdout, /^The machines are not touched.*node\/worker reset \(dry run\)\n$/s);
  t.deepEqual(await stage.standing(), before);
  t.deepEqual(await stage.maps(), []);
});

const runDry = (...names: string[]) => stage.run(['reset', ...names, '--dry-run=client']);

test.serial('while nobody leads kube-controller-manager a reset is refused beforehand', async (t) => {
  await stage.create('worker');
  await stage.plane.controllerManager('stop');
  try {
    // As 15 s later.
    await stage.plane.api.patch(LEADER, { spec: { renewTime: '2026-01-01T00:00:00.000000Z' } });
    const before = await stage.standing();
    // Its pod, which tells the settings, is gone too.
    const ran = await reset('worker', ...POOL, '--service-cluster-ip-range=10.96.0.0/16');
    t.is(ran.code, 2, ran.stderr);
    t.is(ran.stdout, '');
    t.regex(ran.stderr, /nobody leads kube-controller-manager now.*\n.*kubectl podcidr reassign/);
    t.deepEqual(await stage.standing(), before);
    t.deepEqual(await stage.maps(), []);
  } finally {
    await stage.plane.controllerManager(FLAGS);
  }
});

test.serial('where kube-controller-manager hands out no subnets a reset is refused beforehand', async (t) => {
  await stage.create('worker');
  await stage.plane.controllerManager([...FLAGS, '--allocate-node-cidrs=false']);
  try {
    const before = await stage.standing();
    const ran = await reset('worker');
    t.is(ran.code, 2, ran.stderr);
    t.is(ran.stdout, '');
    t.regex(ran.stderr, /kube-controller-manager hands out no subnets: .*--allocate-node-cidrs.*\n.*podcidr reassign/);
    t.deepEqual(await stage.standing(), before);
  } finally {
    await stage.plane.controllerManager(FLAGS);
  }
});

/** kube-controller-manager is gone before the DELETE, and back afterwards. */
async function resetWithoutManager(t: ExecutionContext): Promise<ProgramResult> {
  stage.before(isDelete, () => stage.plane.controllerManager('stop'));
  try {
    const ran = await reset('worker');
    t.is(ran.code, 0, ran.stderr);
    return ran;
  } finally {
    await stage.plane.controllerManager(FLAGS);
  }
}

test.serial('one that stops between plan and POST: a subnet outside the cluster CIDR does not come back', async (t) => {
  await stage.create('worker', ['10.99.5.0/24']);
  const ran = await resetWithoutManager(t);
  t.is(ran.stdout, 'node/worker reset (10.99.5.0/24 → 10.244.0.240/28)\n');
});

test.serial('one that stops between plan and POST: the node has its former subnet again, and is whole', async (t) => {
  const before = await stage.create('worker');
  const ran = await resetWithoutManager(t);
  t.regex(ran.stderr, /kube-controller-manager gave node\/worker no subnet in time; it gets/);
  t.is(await stage.subnet('worker'), before.spec?.podCIDR);
  // The taint of a cordoned node is taken away by whoever put it there.
  await until(async () => (await getNode(stage.plane, 'worker')).spec?.taints === undefined, 20_000);
  t.deepEqual(withoutManagers(await getNode(stage.plane, 'worker')), withoutManagers(before));
});

test.serial('one that stops between plan and POST: a former duplicate gets a free subnet', async (t) => {
  await createNodes(stage.plane.api, [node('keeps', { podCIDRs: ['10.244.0.160/28'] })]);
  await stage.create('worker', ['10.244.0.160/28']);
  const ran = await resetWithoutManager(t);
  t.is(ran.stdout, 'node/worker reset (10.244.0.160/28 → 10.244.0.240/28)\n');
  t.is(await stage.subnet('worker'), '10.244.0.240/28');
  t.is(await stage.subnet('keeps'), '10.244.0.160/28');
});

/**
 * `twin` holds what the allocator gives next: the bit was cleared with the Node that shared it (kubernetes#127792), and after
 * a start the allocator hands out from below.
 */
async function infect(): Promise<void> {
  await stage.plane.controllerManager(FLAGS);
  await stage.create('twin', [GIVEN]);
  await stage.create('other', [GIVEN]);
  await stage.create('worker', [FORMER]);
  await stage.plane.api.delete('/api/v1/nodes/other');
}

const GIVEN = '10.244.0.16/28';
const FORMER = '10.244.0.160/28';
const FREE = '10.244.0.240/28';

test.serial('a subnet in use that it is given is swapped for a free one: one move, all else as it was', async (t) => {
  await infect();
  const [before, twin] = [await getNode(stage.plane, 'worker'), await getNode(stage.plane, 'twin')];
  await createOwned(stage.plane, before);
  const ran = await reset('worker');
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /worker was given 10\.244\.0\.16\/28, which another node holds; it gets 10\.244\.0\.240\/28/);
  t.is(ran.stdout, `node/worker reset (${FORMER} → ${FREE})\n`);
  const after = await getNode(stage.plane, 'worker');
  t.is(after.spec?.podCIDR, FREE);
  t.deepEqual(comparable(after), comparable(before));
  t.deepEqual(withoutManagers(await getNode(stage.plane, 'twin')), withoutManagers(twin));
  t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  const [{ id, moves } = { id: '', moves: [] }] = await stage.operations();
  t.deepEqual(moves, [{ node: 'worker', from: [FORMER], to: [FREE], step: 'finished' }]);
  const back = await stage.run(['rollback', id, '--cooldown=0s']);
  t.is(back.code, 0, back.stderr);
  t.is(await stage.subnet('worker'), FORMER);
});

for (const [name, nth] of [
  ['first', 1],
  ['second', 2],
] as const) {
  for (const [recovery, args] of [
    ['finished by resume', ['resume']],
    ['taken back by rollback', ['rollback', '--cooldown=0s']],
  ] as const) {
    test.serial(`killed at the ${name} POST of a swap that is repeated, it is ${recovery} elsewhere`, async (t) => {
      await infect();
      const before = await getNode(stage.plane, 'worker');
      await createOwned(stage.plane, before);
      let posts = 0;
      await stage.killed(['reset', 'worker', NO_RESTART, '--cooldown=0s'], (request) => {
        if (isPost(request)) posts += 1;
        return isPost(request) && posts === nth;
      });
      t.is(await stage.plane.api.find('/api/v1/nodes/worker'), undefined);
      const ran = await stage.runElsewhere([...args]);
      t.is(ran.code, 0, ran.stderr);
      const after = await getNode(stage.plane, 'worker');
      t.is(after.spec?.podCIDR, args[0] === 'resume' ? FREE : FORMER, ran.stderr);
      t.deepEqual(comparable(after), comparable(before));
      t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
    });
  }
}
