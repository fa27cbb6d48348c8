import test from 'ava';
import { settled } from '../harness/torture/case.ts';
import { type Rig, startRig, type Told } from '../harness/torture/rig.ts';
import { reassign } from '../harness/torture/scenario.ts';
import type { State } from '../harness/torture/world.ts';
import { type Review, startWebhook, type Webhook } from '../harness/webhook.ts';

let rig: Rig;
let webhook: Webhook;
test.before(async () => {
  rig = await startRig(undefined, reassign);
});
test.after.always(() => rig?.stop());
test.beforeEach(async () => {
  await rig.clear();
});
test.afterEach.always(() => webhook?.stop());

/** Runs the reassignment with a webhook whose first reviews of the real POST of the Node are judged so. */
async function reassigned(judge: Parameters<Webhook['decide']>[0]): Promise<{ before: State; ran: Told }> {
  const args = await reassign.arrange(rig.world, rig.plain);
  const before = await rig.world.state();
  webhook = await startWebhook(rig.plane);
  webhook.decide((review) => (isPost(review) ? judge(review) : 'allow'));
  const ran = await rig.tell(args, () => ({ kind: 'pass' }));
  return { before, ran };
}

const isPost = ({ operation, dryRun, object }: Review) =>
  operation === 'CREATE' && dryRun !== true && object?.metadata.name === 'moves';

test.serial('a webhook that refuses the POST once gets it again: the Node is back, whole', async (t) => {
  let posts = 0;
  const { before, ran } = await reassigned(() => {
    posts += 1;
    return posts === 1 ? { refuse: 'not now' } : 'allow';
  });
  t.is(ran.code, 0, ran.stderr);
  t.is(posts, 2);
  t.deepEqual(await settled(rig, reassign, before), []);
});

test.serial(
  'a webhook that refuses the POST in every form: exit 3, and resume brings the Node back later',
  async (t) => {
    const { before, ran } = await reassigned(() => ({ refuse: 'never' }));
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /never/);
    t.regex(ran.stderr, /kubectl create -f \//);
    t.is(await rig.plane.api.find('/api/v1/nodes/moves'), undefined);
    webhook.decide(() => 'allow');
    const resumed = await rig.runElsewhere(['resume', '--yes']);
    t.is(resumed.code, 0, resumed.stderr);
    t.deepEqual(await settled(rig, reassign, before), []);
  },
);

test.serial(
  'a webhook that allows only the former subnet: the Node is back with that one, and it is told',
  async (t) => {
    const { ran } = await reassigned(({ object }) =>
      JSON.stringify(object).includes('10.244.77.0/24') ? 'allow' : { refuse: 'no other subnet' },
    );
    t.is(ran.code, 3, ran.stderr);
    t.is((await rig.world.state()).nodes.get('moves')?.spec?.podCIDR, '10.244.77.0/24');
    t.regex(ran.stderr, /came back with 10\.244\.77\.0\/24/);
  },
);

test.serial('what a webhook adds to the POST is told by its path', async (t) => {
  const { ran } = await reassigned(() => ({
    patch: [{ op: 'add', path: '/metadata/annotations/added', value: 'by a webhook' }],
  }));
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /the server changed \S*annotations\S*added of node moves/);
});

test.serial('a webhook that gives the Node another subnet is told of', async (t) => {
  const { ran } = await reassigned(() => ({
    patch: [
      { op: 'replace', path: '/spec/podCIDR', value: '10.244.200.0/24' },
      { op: 'replace', path: '/spec/podCIDRs', value: ['10.244.200.0/24'] },
    ],
  }));
  t.regex(ran.stderr, /came back with 10\.244\.200\.0\/24, not with 10\.244\.255\.0\/24/);
  t.is((await rig.world.state()).nodes.get('moves')?.spec?.podCIDR, '10.244.200.0/24');
});

test.serial('a webhook that would refuse the POST, and came during the drain: the Node is not deleted', async (t) => {
  const args = await reassign.arrange(rig.world, rig.plain);
  const before = await rig.world.state();
  let registered: Promise<void> | undefined;
  const ran = await rig.tell(args, (what) => {
    if (!what.startsWith('POST /api/v1/namespaces/default/pods/evicted/eviction') || registered)
      return { kind: 'pass' };
    registered = (async () => {
      webhook = await startWebhook(rig.plane);
      webhook.decide(({ operation }) => (operation === 'CREATE' ? { refuse: 'not any more' } : 'allow'));
    })();
    return { kind: 'then', before: () => registered };
  });
  t.is(ran.code, 3, ran.stderr);
  t.regex(
    ran.stderr,
    /node moves was not moved; it is as it was: the server would not take its POST now \(tried by dry run\): .*not any more/,
  );
  const { nodes } = await rig.world.state();
  t.is(nodes.get('moves')?.metadata.uid, before.nodes.get('moves')?.metadata.uid);
  t.is(nodes.get('moves')?.spec?.unschedulable, undefined);
  webhook.decide(() => 'allow');
  const resumed = await rig.runElsewhere(['resume', '--yes']);
  t.is(resumed.code, 0, resumed.stderr);
  t.deepEqual(await settled(rig, reassign, before), []);
});

test.serial(
  'a webhook that fails to answer while the Node is absent: it is back as soon as that is mended',
  async (t) => {
    const args = await reassign.arrange(rig.world, rig.plain);
    const before = await rig.world.state();
    let mended: Promise<void> | undefined;
    const ran = await rig.tell(args, (what) => {
      if (what !== 'POST /api/v1/nodes' || mended) return { kind: 'pass' };
      mended = Promise.resolve();
      return {
        kind: 'then',
        before: async () => {
          webhook = await startWebhook(rig.plane);
          webhook.fail();
          mended = new Promise((resolve) => setTimeout(() => resolve(webhook.stop()), 1_000));
        },
      };
    });
    await mended;
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stderr, /failed calling webhook/);
    t.deepEqual(await settled(rig, reassign, before), []);
  },
);
