import test from 'ava';
import { node } from '../../harness/node.ts';
import { createTwins, getNode, NO_RESTART } from '../reassign/support.ts';
import { isPost, type Stage, startStage } from './support.ts';

const FORMER = '10.244.77.0/24';
const WISHED = '10.244.9.0/24';
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

/** Another node takes this subnet. */
const take = (name: string, podCIDR: string) =>
  stage.plane.api.post('/api/v1/nodes', node(name, { podCIDRs: [podCIDR] }));

test.serial('a move that ended with the former subnet is never said to be done: resume ends with exit 1', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await stage.killed(['reassign', `moves=${WISHED}`, NO_RESTART], isPost);
  await take('newcomer', WISHED);
  const first = await stage.run(['resume']);
  t.is(first.code, 3, first.stderr);
  const words = /^error: node moves was not moved; it is as it was: the subnet that was asked for was taken while/m;
  t.regex(first.stderr, words);
  t.is(await stage.subnet('moves'), FORMER, 'its former twin holds it, as before');
  const second = await stage.run(['resume']);
  t.is(second.code, 1, second.stderr);
  t.regex(second.stderr, words);
  t.notRegex(second.stderr + second.stdout, /Verified|reassigned/);
  t.is(await stage.subnet('moves'), FORMER);
  t.is((await stage.operations())[0]?.state, 'finished');
});

test.serial('neither the wished subnet nor the former one is shared with who took it meanwhile', async (t) => {
  await stage.create('moves', [FORMER]);
  await stage.killed(['reassign', `moves=${WISHED}`, NO_RESTART], isPost);
  await take('newcomer', WISHED);
  await take('other', FORMER);
  const resumed = await stage.run(['resume']);
  t.is(await stage.subnet('moves'), '10.244.255.0/24');
  t.is(resumed.code, 1, resumed.stderr);
  t.regex(resumed.stderr, /^error: node moves has 10\.244\.255\.0\/24, not 10\.244\.9\.0\/24$/m);
});

test.serial(
  'a rollback whose Node came back with the subnet that it was to give up is never said to be done',
  async (t) => {
    await stage.create('moves', [FORMER]);
    const moved = await stage.run(['reassign', `moves=${WISHED}`, NO_RESTART]);
    t.is(moved.code, 0, moved.stderr);
    const [{ id } = { id: '' }] = await stage.operations();
    await stage.killed(['rollback', id, '--cooldown=0s'], isPost);
    await take('newcomer', FORMER);
    for (const run of ['first', 'second']) {
      const ran = await stage.run(['resume']);
      t.is(ran.code, 3, `${run}: ${ran.stderr}`);
      t.regex(
        ran.stderr,
        /^error: node moves was not moved; it is as it was: the subnet that was asked for was taken while/m,
      );
      t.notRegex(ran.stdout, /rolled back/);
      t.is(await stage.subnet('moves'), WISHED);
    }
  },
);

test.serial('a Node that the server takes with its former subnet alone keeps the annotations of that', async (t) => {
  const applied = JSON.stringify({ kind: 'Node', spec: { podCIDR: FORMER, podCIDRs: [FORMER] } });
  const annotations = { 'kube-router.io/pod-cidr': FORMER, 'kube-router.io/pod-cidrs': FORMER, [APPLIED]: applied };
  await stage.create('moves', [FORMER]);
  await stage.plane.api.patch('/api/v1/nodes/moves', { metadata: { annotations } });
  stage.proxy.decide((request) => {
    if (!isPost(request) || JSON.parse(request.body).spec.podCIDR === FORMER) return { kind: 'pass' };
    const body = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Invalid',
      code: 422,
      message: 'not so',
    };
    return { kind: 'answer', status: 422, body };
  });
  const ran = await stage.run(['reassign', `moves=${WISHED}`, NO_RESTART]);
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /was not moved; it is as it was: the server refuses it with 10\.244\.9\.0\/24$/m);
  const { metadata, spec } = await getNode(stage.plane, 'moves');
  t.is(spec?.podCIDR, FORMER);
  const kept = metadata.annotations ?? {};
  t.is(kept['kube-router.io/pod-cidr'], FORMER);
  t.is(kept['kube-router.io/pod-cidrs'], FORMER);
  t.deepEqual(JSON.parse(kept[APPLIED] ?? ''), JSON.parse(applied));
});
