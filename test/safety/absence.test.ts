import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { until } from '../../scripts/lib/processes.ts';
import { comparable, createTwins, getNode } from '../cluster/reassign/support.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { pod } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

const ABSENT_S = 100;

/** The entry that is shipped, with its waits. */
const entry = join(ROOT, 'src/main.ts');

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());

/** Names of the pods that are bound to the Node. */
async function podsOf(node: string): Promise<string[]> {
  const pods = await plane.api.list(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
  return pods.map(({ metadata }) => metadata.name);
}

test.serial(
  `a Node that was absent for ${ABSENT_S} s loses its pods to garbage collection, and resume brings it back Ready`,
  async (t) => {
    t.timeout(10 * 60_000);
    await createTwins(plane, 'keeps', 'moves');
    for (const name of ['one', 'two']) await plane.api.post('/api/v1/namespaces/default/pods', pod(name, 'moves'));
    for (const name of ['other']) await plane.api.post('/api/v1/namespaces/default/pods', pod(name, 'keeps'));
    const before = await getNode(plane, 'moves');
    const proxy = await startFaultProxy(plane);
    let child: ChildProcess | undefined;
    proxy.decide(({ method, path }) => {
      if (method !== 'POST' || !path.startsWith('/api/v1/nodes?') || path.includes('dryRun')) return { kind: 'pass' };
      child?.kill('SIGKILL');
      return { kind: 'reset' };
    });
    const ran = await runPodcidr(['reassign', 'moves', '--yes', '--drain=false', '--allocator-restart=never'], {
      entry,
      kubeconfig: proxy.kubeconfig,
      onStart: (started) => {
        child = started;
      },
    });
    await proxy.close();
    t.is(ran.signal, 'SIGKILL', ran.stderr);
    t.is(await plane.api.find('/api/v1/nodes/moves'), undefined, 'the Node is absent');

    const start = performance.now();
    const seconds = () => Math.round((performance.now() - start) / 1000);
    if (await until(async () => (await podsOf('moves')).length === 0, ABSENT_S * 1000, 1_000)) {
      t.log(`its pods were gone after ${seconds()} s`);
    }
    await sleep(ABSENT_S * 1000 - (performance.now() - start));
    t.deepEqual(await podsOf('moves'), [], 'pods of an absent Node are deleted');
    t.deepEqual(await podsOf('keeps'), ['other']);

    const resumed = await runPodcidr(['resume', '--yes', '--state-dir', join(plane.dir, 'elsewhere')], {
      entry,
      kubeconfig: plane.kubeconfig,
    });
    t.is(resumed.code, 0, resumed.stderr);
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.255.0/24');
    t.deepEqual(comparable(after), comparable(before));
    // A heartbeat as old as the absence would have it marked Unknown and NoExecute within seconds.
    await sleep(10_000);
    t.deepEqual(comparable(await getNode(plane, 'moves')), comparable(before));
  },
);
