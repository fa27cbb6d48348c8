import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { createBudget, createPods, podNames, relaxBudget } from './drain-support.ts';
import { comparable, createTwins, getNode } from './support.ts';

let plane: ControlPlane;
let proxy: FaultProxy;
const elsewhere = mkdtempSync(join(tmpdir(), 'podcidr-elsewhere-'));
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  proxy = await startFaultProxy(plane);
});
test.after.always(async () => {
  rmSync(elsewhere, { recursive: true, force: true });
  await proxy?.close();
  await plane?.stop();
});
test.beforeEach(async () => {
  proxy.decide(() => ({ kind: 'pass' }));
  await plane.clear();
  await createTwins(plane, 'keeps', 'moves');
  // Giving a shared subnet back would be a conflict of its own.
  await plane.api.delete('/api/v1/nodes/keeps');
  await createPods(plane, 'moves', { web: { labels: { app: 'web' } }, host: { hostNetwork: true } });
});

/** Runs the move and kills it as soon as a request that fits is answered. */
async function killedAfter(fits: (request: SeenRequest) => boolean): Promise<ProgramResult> {
  let kill: (() => void) | undefined;
  proxy.decide((request) => (fits(request) ? { kind: 'then', after: () => kill?.() } : { kind: 'pass' }));
  const ran = await runPodcidr(['reassign', 'moves', '--yes', '--timeout=20s'], {
    kubeconfig: proxy.kubeconfig,
    onStart: (child) => {
      kill = () => child.kill('SIGKILL');
    },
  });
  proxy.decide(() => ({ kind: 'pass' }));
  return ran;
}

/** From another machine's point of view: nothing is on its disk. */
const recover = (...args: string[]) =>
  runPodcidr([...args, '--yes', `--state-dir=${join(elsewhere, String(args[0]))}`], { kubeconfig: plane.kubeconfig });

const isCordon = ({ method, path, body }: SeenRequest) =>
  method === 'PATCH' && path.startsWith('/api/v1/nodes/moves') && body.includes('"unschedulable":true');
const isEviction = ({ path }: SeenRequest) => path.endsWith('/eviction');
const isPost = ({ method, path }: SeenRequest) => method === 'POST' && path.startsWith('/api/v1/nodes?');

for (const [when, fits, budget] of [
  ['the cordon', isCordon, false],
  ['an eviction', isEviction, false],
  ['an eviction that a budget refused', isEviction, true],
  ['the POST', isPost, false],
] as const) {
  test.serial(`killed after ${when}: resume drains, moves and leaves the Node as schedulable as it was`, async (t) => {
    if (budget) await createBudget(plane, 1);
    const before = await getNode(plane, 'moves');
    const killed = await killedAfter(fits);
    t.is(killed.signal, 'SIGKILL', killed.stderr);
    t.true((await getNode(plane, 'moves')).spec?.unschedulable);
    if (budget) await relaxBudget(plane);
    const ran = await recover('resume');
    t.is(ran.code, 0, ran.stderr);
    t.deepEqual(await podNames(plane), ['host']);
    await schedulableAgain();
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.255.0/24');
    t.deepEqual(comparable(after), comparable(before));
  });

  test.serial(`killed after ${when}: rollback leaves the Node with its subnet, as schedulable as it was`, async (t) => {
    if (budget) await createBudget(plane, 1);
    const before = await getNode(plane, 'moves');
    t.is((await killedAfter(fits)).signal, 'SIGKILL');
    const ran = await recover('rollback', '--cooldown=0');
    t.is(ran.code, 0, ran.stderr);
    t.true((await podNames(plane)).includes('host'));
    await schedulableAgain();
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.77.0/24');
    t.deepEqual(comparable(after), comparable(before));
  });
}

test.serial('resume drains as the operation was begun, unless a drain flag changes that', async (t) => {
  await createBudget(plane, 1);
  t.is((await killedAfter(isEviction)).signal, 'SIGKILL');
  const kept = await recover('resume', '--timeout=2s');
  t.is(kept.code, 3, kept.stderr);
  t.true((await podNames(plane)).includes('web'), 'the budget still holds');
  const ran = await recover('resume', '--disable-eviction');
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await podNames(plane), ['host']);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
  await schedulableAgain();
});

/** kube-controller-manager takes the taint of a cordoned node off in its own time. */
async function schedulableAgain(): Promise<void> {
  const isSo = await until(async () => {
    const { spec } = await getNode(plane, 'moves');
    return spec?.unschedulable === undefined && !JSON.stringify(spec?.taints ?? []).includes('unschedulable');
  }, 20_000);
  if (!isSo) throw new Error('the Node is still cordoned');
}
