import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { discover, settled } from '../harness/torture/case.ts';
import { type Point, pointName } from '../harness/torture/points.ts';
import { type Rig, startRig } from '../harness/torture/rig.ts';
import { reassign } from '../harness/torture/scenario.ts';
import { writesInTurn } from './support.ts';

/** The first program waits for its answer for as long as the second one takes, on any machine; in milliseconds. */
const PATIENT = 30_000;

let rig: Rig;
let writes: Point[];
test.before(async () => {
  rig = await startRig(undefined, reassign);
  writes = (await discover(rig, reassign)).filter(({ kind }) => kind === 'request');
});
test.after.always(() => rig?.stop());

/** The writes between taking the lock and giving it back; whose own are renewed by the clock. */
const whileLocked = () => writes.filter(({ what }) => !what.includes('/leases'));

test.serial(
  'a second operator is refused whatever the first is doing, and told who, since when and from where',
  async (t) => {
    t.timeout(900_000);
    for (const point of writesInTurn(whileLocked(), 0)) {
      await rig.clear();
      const args = await reassign.arrange(rig.world, rig.plain);
      await rig.world.createNode('other', { podCIDRs: ['10.244.77.0/24'] });
      const before = await rig.world.state();
      const second: { code: number | null; stderr: string; stdout: string }[] = [];
      const ran = await rig.tell(
        args,
        (what, nth) =>
          what === point.what && nth === point.nth
            ? {
                kind: 'then',
                before: async () => void second.push(await rig.runElsewhere(['reassign', 'other', '--yes'])),
              }
            : { kind: 'pass' },
        undefined,
        PATIENT,
      );
      const name = pointName(point);
      t.is(ran.code, 0, `${name}\n${ran.stderr}`);
      const [refused] = second;
      t.is(refused?.code, 2, `${name}\n${refused?.stderr}`);
      t.is(refused?.stdout, '', name);
      t.regex(refused?.stderr ?? '', /\S+@\S+ changes this cluster with operation \S+ since \d{4}-\d\d-\d\dT/, name);
      t.deepEqual(await settled(rig, reassign, before), [], name);
    }
  },
);

test.serial(
  'a holder stopped past the expiry of its lock, overtaken and continued, changes nothing more',
  async (t) => {
    t.timeout(900_000);
    for (const point of writesInTurn(whileLocked(), 1)) {
      const name = pointName(point);
      await rig.clear();
      const args = await reassign.arrange(rig.world, rig.plain);
      const before = await rig.world.state();
      let stopped = false;
      let resumed: Promise<void> | undefined;
      let after: Awaited<ReturnType<typeof rig.world.state>> | undefined;
      const ran = await rig.tell(
        args,
        (what, nth, _request, { child }) => {
          if (what !== point.what || nth !== point.nth) return { kind: 'pass' };
          stopped = child.kill('SIGSTOP');
          resumed = (async () => {
            // Its lock is not renewed any more.
            await sleep(1_500);
            const { code, stderr } = await rig.runElsewhere(['resume', '--yes']);
            t.is(code, 0, `${name}\n${stderr}`);
            t.deepEqual(await settled(rig, reassign, before), [], name);
            after = await rig.world.state();
            child.kill('SIGCONT');
          })();
          return { kind: 'pass' };
        },
        undefined,
        PATIENT,
      );
      t.true(stopped, name);
      await resumed;
      t.false(ran.hung, name);
      const now = await rig.world.state();
      t.deepEqual(now.nodes.get('moves')?.metadata, after?.nodes.get('moves')?.metadata, `${name}\n${ran.stderr}`);
      t.deepEqual(await settled(rig, reassign, before), [], `${name}\n${ran.stderr}`);
    }
  },
);

test.serial('what an overtaken holder had sent and arrives late changes nothing', async (t) => {
  t.timeout(900_000);
  for (const point of writesInTurn(whileLocked(), 2)) {
    const name = pointName(point);
    await rig.clear();
    const args = await reassign.arrange(rig.world, rig.plain);
    const before = await rig.world.state();
    let overtaken = false;
    const ran = await rig.tell(
      args,
      (what, nth, _request, { child }) => {
        if (what !== point.what || nth !== point.nth) return { kind: 'pass' };
        child.kill('SIGSTOP');
        return {
          kind: 'then',
          before: async () => {
            await sleep(1_500);
            const { code, stderr } = await rig.runElsewhere(['resume', '--yes']);
            overtaken = code === 0;
            t.is(code, 0, `${name}\n${stderr}`);
            child.kill('SIGCONT');
          },
        };
      },
      undefined,
      PATIENT,
    );
    t.true(overtaken, name);
    t.false(ran.hung, name);
    // What arrived late may be the manifest itself: then an operation is open that nobody has begun.
    if ([...(await rig.world.operations()).values()].includes('open')) {
      const { code, stderr } = await rig.runElsewhere(['resume', '--yes']);
      t.is(code, 0, `${name}\n${stderr}`);
    }
    const begun = (await rig.world.operations()).size > 0;
    t.deepEqual(await settled(rig, reassign, before, () => (begun ? 'new' : 'old')), [], `${name}\n${ran.stderr}`);
  }
});
