import test, { type ExecutionContext } from 'ava';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { discover, settled } from '../harness/torture/case.ts';
import type { Point } from '../harness/torture/points.ts';
import { type Rig, type Story, startRig, type Told } from '../harness/torture/rig.ts';
import { reassign } from '../harness/torture/scenario.ts';
import type { State } from '../harness/torture/world.ts';
import { writesInTurn } from './support.ts';

let rig: Rig;
let writes: Point[];
test.before(async () => {
  rig = await startRig(undefined, reassign);
  writes = (await discover(rig, reassign)).filter(({ kind }) => kind === 'request');
});
test.after.always(() => rig?.stop());

/** Runs the reassignment of `moves` while something happens at one or all of its writes. */
async function tell(story: Story, ...flags: string[]): Promise<{ before: State; ran: Told }> {
  await rig.clear();
  const args = await reassign.arrange(rig.world, rig.plain);
  const before = await rig.world.state();
  const ran = await rig.tell([...args, ...flags], story);
  return { before, ran };
}

/** Something that the world does just before this write reaches the server, once. */
function justBefore(point: Pick<Point, 'what' | 'nth'>, deed: () => Promise<unknown>): Story {
  return (what, nth) =>
    what === point.what && nth === point.nth
      ? { kind: 'then', before: async () => void (await deed()) }
      : { kind: 'pass' };
}

const DELETE = { what: 'DELETE /api/v1/nodes/moves', nth: 1 };
const POST = { what: 'POST /api/v1/nodes', nth: 1 };

/** The Node that was there before, as the server would have it after this merge patch. */
function edited(before: State, patch: Partial<KubeObject['metadata']>): State {
  const nodes = new Map(before.nodes);
  const moves = nodes.get('moves');
  if (moves) nodes.set('moves', { ...moves, metadata: { ...moves.metadata, ...patch } });
  return { ...before, nodes };
}

async function isWhole(t: ExecutionContext, before: State, message: string): Promise<void> {
  t.deepEqual(await settled(rig, reassign, before), [], message);
}

test.serial('what another client writes to the Node is kept, at whichever write of ours it comes', async (t) => {
  t.timeout(900_000);
  for (const point of writesInTurn(writes, 0)) {
    const written = new Set<number>();
    const { before, ran } = await tell(
      justBefore(point, async () => {
        const labels = { edited: 'yes' };
        written.add(
          (await rig.plane.api.request('PATCH', '/api/v1/nodes/moves', { metadata: { labels } }, MERGE)).status,
        );
      }),
    );
    t.is(ran.code, 0, `${point.what} #${point.nth}\n${ran.stderr}`);
    const now = (await rig.world.state()).nodes.get('moves')?.metadata;
    const labels = { ...before.nodes.get('moves')?.metadata.labels, ...(written.has(200) ? { edited: 'yes' } : {}) };
    // Who wrote which field is not what this is about.
    await isWhole(
      t,
      edited(before, { labels, managedFields: now?.managedFields ?? [] }),
      `${point.what} #${point.nth}`,
    );
  }
});

const MERGE = 'application/merge-patch+json';

test.serial(
  'a Node that somebody else deletes is told of, and nothing else is harmed, whenever it comes',
  async (t) => {
    t.timeout(900_000);
    for (const point of writesInTurn(writes, 1)) {
      const name = `${point.what} #${point.nth}`;
      const { before, ran } = await tell(justBefore(point, () => rig.plane.api.delete('/api/v1/nodes/moves')));
      t.false(ran.hung, name);
      const after = await rig.world.state();
      if (!after.nodes.has('moves')) t.not(ran.code, 0, `${name}: exit 0 though the Node is absent\n${ran.stderr}`);
      t.is(after.nodes.get('keeps')?.metadata.uid, before.nodes.get('keeps')?.metadata.uid, name);
    }
  },
);

test.serial('a newcomer that takes the target while the Node is made ready: another subnet is given', async (t) => {
  const { ran } = await tell(justBefore(DELETE, takeTarget));
  t.is(ran.code, 0, ran.stderr);
  const { nodes } = await rig.world.state();
  t.is(nodes.get('moves')?.spec?.podCIDR, '10.244.254.0/24', ran.stderr);
});

/** The Node moves too, so that the DELETE is refused and the step starts again: a target taken later is told of instead. */
async function takeTarget(): Promise<void> {
  await rig.world.createNode('newcomer', { podCIDRs: ['10.244.255.0/24'] });
  await rig.plane.api.patch('/api/v1/nodes/moves', { metadata: { labels: { moved: 'yes' } } });
}

test.serial('a newcomer that takes the target in the gap is told of: exit 1, both named', async (t) => {
  const { ran } = await tell(
    justBefore(POST, () => rig.world.createNode('newcomer', { podCIDRs: ['10.244.255.0/24'] })),
  );
  t.regex(ran.stderr, /moves shares 10\.244\.255\.0\/24 with node newcomer/);
  t.not(ran.code, 0);
});

test.serial('a newcomer that gets the subnet of the survivor is told of: exit 1, both named', async (t) => {
  const { ran } = await tell(
    justBefore(POST, () => rig.world.createNode('newcomer', { podCIDRs: ['10.244.77.0/24'] })),
  );
  t.regex(ran.stderr, /keeps.*newcomer|newcomer.*keeps/);
  t.not(ran.code, 0);
  t.is((await rig.world.state()).nodes.get('moves')?.spec?.podCIDR, '10.244.255.0/24');
});

test.serial('with kube-controller-manager down throughout the Node is moved and whole', async (t) => {
  await rig.plane.controllerManager('stop');
  try {
    const { before, ran } = await tell(
      () => ({ kind: 'pass' }),
      '--cluster-cidr=10.244.0.0/16',
      '--node-cidr-mask-size=24',
      '--service-cluster-ip-range=10.96.0.0/16',
    );
    t.is(ran.code, 0, ran.stderr);
    await isWhole(t, before, ran.stderr);
  } finally {
    await rig.plane.controllerManager([]);
  }
});

for (const [name, point] of [
  ['while the Node is made ready', { what: 'PATCH /apis/torture.example/v1/widgets/moves', nth: 1 }],
  ['at the DELETE', DELETE],
  ['in the gap', POST],
  ['after the POST', { what: 'PATCH /apis/torture.example/v1/widgets/moves', nth: 2 }],
] as const) {
  test.serial(`an API server that restarts ${name} loses no Node`, async (t) => {
    t.timeout(120_000);
    let restarted: Promise<void> | undefined;
    const { before, ran } = await tell(
      justBefore(point, async () => {
        restarted = rig.plane.restartAPIServer();
      }),
    );
    await restarted;
    t.truthy(restarted, 'it restarted');
    t.false(ran.hung);
    if (ran.code !== 0) {
      const resumed = await rig.runElsewhere(['resume', '--yes']);
      t.is(resumed.code, 0, ran.stderr + resumed.stderr);
    }
    await isWhole(t, before, ran.stderr);
  });
}
