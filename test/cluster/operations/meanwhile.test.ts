import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { createOwned, getNode, NO_RESTART, OWNED } from '../reassign/support.ts';
import { isDelete, MAPS, operationOf, Stage, startStage } from './support.ts';

const A = '10.244.11.0/24';
const B = '10.244.12.0/24';
const FREE = ['10.244.255.0/24', '10.244.254.0/24'];

/** One operator, and another who acts while the first one is asked, or waits for the lock. */
let stage: Stage;
let other: Stage;
let otherProxy: FaultProxy;
test.before(async () => {
  // The first one's request is held back for as long as the other takes.
  stage = await startStage({ kwok: true }, { PODCIDR_TEST_ANSWER: '60000' });
  otherProxy = await startFaultProxy(stage.plane);
  other = new Stage(stage.plane, otherProxy);
});
test.after.always(async () => {
  await otherProxy?.close();
  await stage?.stop();
});
test.beforeEach(async () => {
  await stage.clear();
  otherProxy.decide(() => ({ kind: 'pass' }));
  other.stateDir = other.elsewhere();
  await stage.create('a', [A]);
  await stage.create('b', [B]);
});

/** The journal has been read, the lock is not held yet. */
const takesLock = ({ method, path }: SeenRequest) =>
  method !== 'GET' && /\/leases(\/kubectl-podcidr)?(\?|$)/.test(path) && path.includes('/kube-system/');
const deletes =
  (name: string) =>
  ({ method, path }: SeenRequest) =>
    method === 'DELETE' && path.startsWith(`/api/v1/nodes/${name}`);

const BOTH = ['reassign', 'a', 'b', NO_RESTART];

/** Until then who was killed may still be at work, for all that others can tell. */
async function locksExpired(): Promise<void> {
  const isSo = async () => (await stage.operations()).every(({ state }) => state !== 'running');
  if (!(await until(isSo, 20_000))) throw new Error('an operation is running still');
}

const subnets = async () => [await stage.subnet('a'), await stage.subnet('b')];
const states = async () => (await stage.operations()).map(({ verb, state }) => `${verb} ${state}`);

test.serial('a Node that another run has deleted while resume waited for the lock is brought back', async (t) => {
  await createOwned(stage.plane, await getNode(stage.plane, 'b'));
  await stage.killed(BOTH, isDelete);
  stage.before(takesLock, () => other.killed(['resume'], deletes('b'), 'after'));
  const ran = await stage.runElsewhere(['resume']);
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await subnets(), FREE);
  const owner = (await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid;
  t.is(owner, (await getNode(stage.plane, 'b')).metadata.uid);
  t.deepEqual(await states(), ['reassign finished']);
});

test.serial('what another run has finished while resume waited for the lock is told, and not touched', async (t) => {
  await stage.killed(BOTH, isDelete, 'after');
  let finished: Record<string, string | undefined> = {};
  const uids = async () => ({
    a: (await getNode(stage.plane, 'a')).metadata.uid,
    b: (await getNode(stage.plane, 'b')).metadata.uid,
  });
  stage.before(takesLock, async () => {
    t.is((await other.run(['resume'])).code, 0);
    finished = await uids();
  });
  const ran = await stage.runElsewhere(['resume', '-o', 'json']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /operation \S+ was finished by another process meanwhile; nothing was changed by this one/);
  t.deepEqual(await uids(), finished);
  const { state, moves } = operationOf(ran);
  t.deepEqual([state, ...moves.map(({ step }) => step)], ['finished', 'finished', 'finished']);
});

test.serial('a rollback takes back what was begun while it waited for the lock, too', async (t) => {
  await stage.killed(BOTH, isDelete, 'after');
  stage.before(takesLock, () => other.killed(['resume'], deletes('b'), 'after'));
  const ran = await stage.runElsewhere(['rollback', '--cooldown=0s']);
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await subnets(), [A, B]);
  t.deepEqual(await states(), ['reassign rolledBack', 'rollback finished']);
});

test.serial('what was rolled back while a rollback waited for the lock is told, and not touched', async (t) => {
  await stage.killed(BOTH, isDelete, 'after');
  stage.before(takesLock, async () => t.is((await other.run(['rollback', '--cooldown=0s'])).code, 0));
  const ran = await stage.runElsewhere(['rollback', '--cooldown=0s']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /operation \S+ was rolled back by another process meanwhile; nothing was changed by this one/);
  t.deepEqual(await subnets(), [A, B]);
  t.deepEqual(await states(), ['reassign rolledBack', 'rollback finished']);
});

test.serial('a rollback that somebody else has begun meanwhile is not begun twice', async (t) => {
  await stage.killed(BOTH, deletes('b'), 'after');
  stage.before(takesLock, async () => {
    await other.killed(['rollback', '--cooldown=0s'], deletes('a'), 'after');
    await sleep(5_000);
  });
  const ran = await stage.runElsewhere(['rollback', '--cooldown=0s']);
  t.is(ran.code, 2, ran.stderr);
  t.regex(ran.stderr, /is being taken back by operation (\S+) already; nothing was changed\n.*resume \1/);
  t.is((await stage.runElsewhere(['resume'])).code, 0);
  t.deepEqual(await subnets(), [A, B]);
});

test.serial('a Node that another run has begun while the operator was asked is left to that one', async (t) => {
  await createOwned(stage.plane, await getNode(stage.plane, 'b'));
  stage.before(takesLock, async () => {
    await other.killed(['reassign', 'b', NO_RESTART], isDelete);
    // Until its lock has expired beyond doubt.
    await sleep(5_000);
  });
  const ran = await stage.run(['reassign', 'a', 'b', NO_RESTART]);
  t.is(ran.code, 2, ran.stderr);
  t.regex(ran.stderr, /node b is not moved: operation (\S+) has begun it .*\n.*resume \1/);
  t.is(await stage.subnet('a'), A);
  t.is((await stage.runElsewhere(['resume'])).code, 0);
  const after = await getNode(stage.plane, 'b');
  t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  t.falsy(after.spec?.unschedulable);
  t.deepEqual(await states(), ['reassign finished']);
});

test.serial('resume leaves a Node that another operation has begun to that one, and stays open for it', async (t) => {
  await stage.killed(BOTH, deletes('a'));
  await locksExpired();
  await other.killed(['reassign', 'b', NO_RESTART], isDelete);
  await locksExpired();
  const [first, second] = (await stage.operations()).map(({ id }) => id);
  const ran = await stage.runElsewhere(['resume', first ?? '']);
  t.is(ran.code, 3, ran.stderr);
  t.true(ran.stderr.includes(`node b was not moved: operation ${second} has begun it and is not finished`), ran.stderr);
  t.deepEqual(await subnets(), [FREE[0], B]);
  t.is((await stage.runElsewhere(['resume', second ?? ''])).code, 0);
  t.deepEqual(await states(), ['reassign interrupted', 'reassign finished']);
});

test.serial('a rollback is not gone on with while a record of what it takes back is unreadable', async (t) => {
  await stage.killed(BOTH, deletes('b'), 'after');
  await stage.killed(['rollback', '--cooldown=0s'], deletes('a'), 'before');
  const [first] = await stage.operations();
  const record = (await stage.maps()).find(
    ({ metadata: { labels, annotations } }) =>
      labels?.['kubectl-podcidr/operation'] === first?.id && annotations?.['kubectl-podcidr/node'] === 'a',
  );
  const path = `${MAPS}/${record?.metadata.name}`;
  await stage.plane.api.patch(path, { metadata: { annotations: { 'kubectl-podcidr/sha256': '0'.repeat(64) } } });
  const before = await stage.standing();
  const ran = await stage.runElsewhere(['resume']);
  t.is(ran.code, 2, ran.stderr);
  t.regex(ran.stderr, /the journal of operation \S+ cannot be used: node a/);
  t.deepEqual(await stage.standing(), before);
});
