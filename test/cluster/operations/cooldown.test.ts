import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { ProgramOptions } from '../../harness/program.ts';
import { getNode, NO_RESTART } from '../reassign/support.ts';
import { isPost, type Stage, startStage } from './support.ts';

/** 16 subnets, handed out from below after a start; no heartbeat gives the allocator a bit back. */
const FLAGS = ['--cluster-cidr=10.244.0.0/24', '--node-cidr-mask-size=28', '--node-monitor-grace-period=15m'];
const FORMER = '10.244.0.160/28';
const OTHER = '10.244.0.176/28';

let stage: Stage;
test.before(async () => {
  stage = await startStage({ controllerManager: FLAGS });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

/** The Node is absent for longer than goes unnoticed, once. */
function beAbsent(): void {
  stage.before(isPost, () => sleep(1_500));
}

/** Runs it, and presses Ctrl-C once it waits for the cooldown. */
function stoppedAtCooldown(args: string[], options: ProgramOptions = {}) {
  let said = '';
  let child: ChildProcess | undefined;
  return stage.run(args, {
    ...options,
    onStart: (started) => {
      child = started;
      child.stderr?.on('data', (chunk: string) => {
        const before = said;
        said += chunk;
        if (said.includes('(--cooldown)') && !before.includes('(--cooldown)')) child?.kill('SIGINT');
      });
    },
  });
}

test.serial(
  'Ctrl-C while a move waits for the cooldown deletes nothing: it is not begun, and resume does it',
  async (t) => {
    await stage.create('worker', [FORMER]);
    beAbsent();
    const moved = await stage.run(['reassign', `worker=${OTHER}`, NO_RESTART]);
    t.is(moved.code, 0, moved.stderr);
    const before = await getNode(stage.plane, 'worker');
    const ran = await stoppedAtCooldown(['reassign', `worker=${FORMER}`, NO_RESTART, '--cooldown=15s']);
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /Not begun: worker\. Go on, or take everything back, with:\n {2}kubectl podcidr resume /);
    const after = await getNode(stage.plane, 'worker');
    t.is(after.metadata.uid, before.metadata.uid);
    t.is(after.spec?.podCIDR, OTHER);
    t.not(after.spec?.unschedulable, true);
    const resumed = await stage.run(['resume']);
    t.is(resumed.code, 0, resumed.stderr);
    t.is(await stage.subnet('worker'), FORMER);
  },
);

test.serial('Ctrl-C before a reset Node is swapped again leaves it there: resume waits, and swaps it', async (t) => {
  await stage.plane.controllerManager(FLAGS);
  // The allocator takes the subnet of `twin` for free, and gives it next (kubernetes#127792).
  await stage.create('twin', ['10.244.0.16/28']);
  await stage.create('other', ['10.244.0.16/28']);
  await stage.create('worker', [FORMER]);
  await stage.plane.api.delete('/api/v1/nodes/other');
  beAbsent();
  const ran = await stoppedAtCooldown(['reset', 'worker', NO_RESTART, '--cooldown=15s']);
  t.is(ran.code, 3, ran.stderr);
  t.regex(
    ran.stderr,
    /error: node worker is not finished: .*\nthe Node is there; finish it with: kubectl podcidr resume /,
  );
  t.is(await stage.subnet('worker'), '10.244.0.16/28');
  const { uid } = (await getNode(stage.plane, 'worker')).metadata;
  const resumed = await stage.run(['resume']);
  t.is(resumed.code, 0, resumed.stderr);
  t.regex(resumed.stderr, /node\/worker was absent for \d+ s just now; waiting \d+ s \(--cooldown\)/);
  t.is(await stage.subnet('worker'), '10.244.0.240/28');
  t.not((await getNode(stage.plane, 'worker')).metadata.uid, uid);
});
