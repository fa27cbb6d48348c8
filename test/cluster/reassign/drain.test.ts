import test, { type ExecutionContext } from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node, standing } from '../../harness/node.ts';
import { runPodcidr } from '../../harness/program.ts';
import { createReplicas, deleteReplicas } from '../../harness/replicas.ts';
import { createBudget, createDaemonSet, createPods, PODS, podNames, relaxBudget } from './drain-support.ts';
import { comparable, createTwins, getNode, NO_RESTART } from './support.ts';

let plane: ControlPlane;
let proxy: FaultProxy;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  proxy = await startFaultProxy(plane);
});
test.after.always(async () => {
  await proxy?.close();
  await plane?.stop();
});
test.beforeEach(async () => {
  proxy.decide(() => ({ kind: 'pass' }));
  await plane.clear();
  await createTwins(plane, 'keeps', 'moves');
});

const run = (...args: string[]) =>
  runPodcidr(['reassign', 'moves', '--yes', NO_RESTART, ...args], { kubeconfig: proxy.kubeconfig });

const DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** kube-controller-manager puts the taint of a cordoned node on and takes it off in its own time. */
function untilTainted(expected: boolean): Promise<boolean> {
  return until(async () => {
    const { spec } = await getNode(plane, 'moves');
    return (spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/unschedulable') ?? false) === expected;
  }, 20_000);
}

/** The Node is the one it was, schedulable again, and no field differs. */
async function isAsBefore(t: ExecutionContext, before: Awaited<ReturnType<typeof getNode>>): Promise<void> {
  t.true(await untilTainted(before.spec?.unschedulable === true));
  const after = await getNode(plane, 'moves');
  t.is(after.metadata.uid, before.metadata.uid);
  t.deepEqual(after.spec?.podCIDRs, before.spec?.podCIDRs);
  t.deepEqual(comparable(after), comparable(before));
}

test.serial(
  'pods on the pod network are evicted, pods on the host network stay, and the Node is as schedulable as before',
  async (t) => {
    await createPods(plane, 'moves', { web: {}, other: {}, host: { hostNetwork: true, bare: true, emptyDir: true } });
    await createPods(plane, 'keeps', { elsewhere: {} });
    const before = await getNode(plane, 'moves');
    const during: unknown[] = [];
    proxy.decide(({ method, path, body }) => {
      if (method === 'POST' && path.startsWith('/api/v1/nodes?')) during.push(JSON.parse(body));
      return { kind: 'pass' };
    });
    const ran = await run();
    t.is(ran.code, 0, ran.stderr);
    t.is(ran.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)\n');
    t.deepEqual(await podNames(plane), ['elsewhere', 'host']);
    for (const line of [
      'moves: 2 pods are evicted',
      'node/moves cordoned',
      'evicting pod default/web',
      'evicting pod default/other',
      'pod/web evicted',
      'pod/other evicted',
      'node/moves drained',
      'node/moves uncordoned',
    ]) {
      t.true(ran.stderr.includes(`${line}\n`), `${line}\n\n${ran.stderr}`);
    }
    t.like(during, [{ spec: { unschedulable: true }, metadata: { annotations: { [DISABLED]: 'true' } } }]);
    t.true(await untilTainted(false));
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.unschedulable, undefined);
    t.is(after.metadata.annotations?.[DISABLED], undefined);
    t.deepEqual(comparable(after), comparable(before));
  },
);

/** Managers that own the taints of the Node. */
async function taintOwners(): Promise<unknown[]> {
  const { managedFields } = (await getNode(plane, 'moves')).metadata;
  const entries = (Array.isArray(managedFields) ? managedFields : []) as { manager: string; fieldsV1?: object }[];
  return entries
    .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('"f:taints"'))
    .map(({ manager }) => manager);
}

for (const [name, code, refuses] of [
  ['moved', 0, false],
  ['left as it was', 3, true],
] as const) {
  test.serial(
    `a taint that somebody puts on the cordoned Node stays, and is not ours: the Node is ${name}`,
    async (t) => {
      let done = false;
      const dedicated = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
      const taint = async () => {
        t.true(await untilTainted(true));
        const { taints = [] } = (await getNode(plane, 'moves')).spec ?? {};
        await plane.api.patch('/api/v1/nodes/moves', { spec: { taints: [...taints, dedicated] } });
      };
      proxy.decide(({ method, path }) => {
        if (method !== 'DELETE' || !path.startsWith('/api/v1/nodes/moves')) return { kind: 'pass' };
        if (done && refuses) {
          const body = {
            kind: 'Status',
            apiVersion: 'v1',
            status: 'Failure',
            reason: 'Forbidden',
            code: 403,
            message: 'no',
          };
          return { kind: 'answer', status: 403, body };
        }
        if (done) return { kind: 'pass' };
        done = true;
        return { kind: 'then', before: taint };
      });
      const ran = await run();
      t.is(ran.code, code, ran.stderr);
      t.true(await untilTainted(false));
      t.deepEqual((await getNode(plane, 'moves')).spec?.taints, [dedicated]);
      t.false((await taintOwners()).includes('kubectl-podcidr'));
    },
  );
}

test.serial('--drain=false touches no pod and writes no cordon', async (t) => {
  await createPods(plane, 'moves', { web: {}, bare: { bare: true, emptyDir: true } });
  const from = proxy.seen.length;
  const ran = await run('--drain=false');
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await podNames(plane), ['bare', 'web']);
  t.regex(ran.stderr, /the node is not drained/);
  t.false(proxy.seen.slice(from).some(({ body }) => body.includes('"unschedulable"')));
});

test.serial('an eviction that a PodDisruptionBudget refuses is tried again until it is allowed', async (t) => {
  await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
  await createBudget(plane, 1);
  let evictions = 0;
  proxy.decide(({ path }) => {
    if (path.endsWith('/eviction')) evictions += 1;
    return evictions === 3 ? { kind: 'then', before: () => relaxBudget(plane) } : { kind: 'pass' };
  });
  const ran = await run();
  t.is(ran.code, 0, ran.stderr);
  t.true(
    ran.stderr.includes(
      `error when evicting pods/"web" -n "default" (will retry after 50ms): Cannot evict pod as it would violate the pod's disruption budget.\n`,
    ),
    ran.stderr,
  );
  t.regex(ran.stderr, /pod\/web evicted\n/);
  t.deepEqual(await podNames(plane), []);
});

test.serial(
  'a budget that never allows it ends in a time-out: the Node is uncordoned again, exit 3, nothing is changed',
  async (t) => {
    await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
    await createBudget(plane, 1);
    const before = await getNode(plane, 'moves');
    const ran = await run('--timeout=600ms');
    t.is(ran.code, 3, ran.stderr);
    t.regex(
      ran.stderr,
      /not drained in 600ms; pods left: default\/web \(Cannot evict pod as it would violate the pod's disruption budget\. The disruption budget web needs 1 healthy pods and has 1 currently\)/,
    );
    t.regex(ran.stderr, /--disable-eviction/);
    t.regex(ran.stderr, /node\/moves uncordoned\n/);
    t.deepEqual(await podNames(plane), ['web']);
    await isAsBefore(t, before);
  },
);

test.serial('--disable-eviction deletes although a budget forbids it', async (t) => {
  await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
  await createBudget(plane, 1);
  const ran = await run('--disable-eviction');
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /pod\/web deleted\n/);
  t.deepEqual(await podNames(plane), []);
});

test.serial(
  'a pod with two budgets can never be evicted: the move ends at once, in the words of the server',
  async (t) => {
    await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
    await createBudget(plane, 0, 'web');
    await createBudget(plane, 0, 'second');
    const before = await getNode(plane, 'moves');
    const ran = await run();
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /default\/web \(This pod has more than one PodDisruptionBudget/);
    await isAsBefore(t, before);
  },
);

/** kubectl 1.24 says "Pods declare no controller". */
const modern = (text: string) => text.replaceAll('delete Pods declare', 'delete Pods that declare');

/** `cannot delete …` as said by either program, one a line. */
function refusals(text: string): string[] {
  const found = modern(text).match(/cannot delete .+?(?=, cannot delete|; cannot delete|\]|, continuing|\n|$)/g);
  return [...new Set(found)].sort();
}

/** Pods that `kubectl drain` would evict. */
async function kubectlDrain(...flags: string[]): Promise<{ text: string; evicts: string[] }> {
  const ran = await plane.kubectl(['drain', 'moves', '--dry-run=server', '--timeout=20s', ...flags]);
  const text = ran.stdout + ran.stderr;
  const evicts = [...text.matchAll(/evicting pod (\S+) \(server dry run\)/g)].map(([, name = '']) => name);
  return { text, evicts: [...new Set(evicts)].sort() };
}

for (const [name, kind, flag] of [
  ['bare pods', { bare: true }, '--force'],
  ['pods with emptyDir', { emptyDir: true }, '--delete-emptydir-data'],
  ['pods of a DaemonSet', 'daemon', '--ignore-daemonsets'],
] as const) {
  test.serial(`${name} refuse the move in kubectl drain's words, ${flag} lets it go on as kubectl does`, async (t) => {
    await createPods(plane, 'moves', kind === 'daemon' ? { web: {} } : { web: {}, odd: kind });
    const daemonPod = kind === 'daemon' ? await createDaemonSet(plane, 'moves') : undefined;
    const before = await getNode(plane, 'moves');
    const pods = await podNames(plane);
    const refused = await run();
    t.is(refused.code, 2, refused.stderr);
    t.is(refused.stdout, '');
    t.true(refused.stderr.trimEnd().split('\n').length <= 3, refused.stderr);
    t.true(refused.stderr.includes(flag), refused.stderr);
    const theirs = await kubectlDrain();
    t.is(refusals(theirs.text).length, 1, theirs.text);
    t.deepEqual(refusals(refused.stderr), refusals(theirs.text));
    t.deepEqual(await podNames(plane), pods);
    t.deepEqual(comparable(await getNode(plane, 'moves')), comparable(before));
    const { evicts } = await kubectlDrain(flag);
    const ran = await run(flag);
    t.is(ran.code, 0, ran.stderr);
    t.deepEqual([...ran.stderr.matchAll(/^evicting pod (\S+)$/gm)].map(([, pod = '']) => pod).sort(), evicts);
    t.deepEqual(await podNames(plane), daemonPod === undefined ? [] : [daemonPod]);
    if (daemonPod !== undefined) {
      t.true(ran.stderr.includes(`Warning: ignoring DaemonSet-managed Pods: default/${daemonPod}\n`), ran.stderr);
      t.true(ran.stderr.includes(`kubectl delete pod -n default ${daemonPod}\n`), ran.stderr);
    }
  });
}

test.serial(
  'several reasons are told together, as kubectl drain does, and of several nodes the others move',
  async (t) => {
    await createPods(plane, 'moves', { bare: { bare: true }, scratch: { emptyDir: true } });
    const daemonPod = await createDaemonSet(plane, 'moves');
    const theirs = await kubectlDrain();
    const ran = await runPodcidr(['reassign', 'moves', 'keeps', '--yes', NO_RESTART], { kubeconfig: plane.kubeconfig });
    t.is(ran.code, 1, ran.stderr);
    t.deepEqual(refusals(ran.stderr), refusals(theirs.text));
    t.is(refusals(ran.stderr).length, 3);
    t.is(ran.stdout, 'node/keeps reassigned (10.244.77.0/24 → 10.244.254.0/24)\n');
    t.deepEqual(await podNames(plane), [daemonPod, 'bare', 'scratch'].sort());
    t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');
  },
);

test.serial('a pod whose DaemonSet is missing needs --force, as with kubectl drain', async (t) => {
  await plane.controllerManager('stop');
  try {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'ghost', uid: 'u', controller: true }];
    await createPods(plane, 'moves', { orphan: {} });
    await plane.api.patch(`${PODS}/orphan`, { metadata: { ownerReferences } });
    const settings = ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24'];
    const dry = (...args: string[]) =>
      runPodcidr(['reassign', 'moves', '--dry-run=client', ...settings, ...args], { kubeconfig: plane.kubeconfig });
    const refused = await dry('--ignore-daemonsets');
    t.is(refused.code, 2, refused.stderr);
    const theirs = await kubectlDrain('--ignore-daemonsets');
    t.deepEqual(refusals(theirs.text), ['cannot delete daemonsets.apps "ghost" not found: default/orphan']);
    t.deepEqual(refusals(refused.stderr), refusals(theirs.text));
    const forced = await dry('--force');
    t.is(forced.code, 0, forced.stderr);
    t.regex(forced.stdout, /moves: 1 pod is evicted/);
    t.deepEqual((await kubectlDrain('--force')).evicts, ['default/orphan']);
  } finally {
    await plane.controllerManager([]);
  }
});

test.serial(
  'a node whose kubelet is dead is not drained: its pods would never end, and that is said at once',
  async (t) => {
    // kwok keeps no node alive that is on the plane's own host.
    const labels = { 'kubernetes.io/hostname': plane.node };
    await createNodes(plane.api, [node('dead', { podCIDRs: ['10.244.7.0/24'], ready: 'Unknown', labels })]);
    t.teardown(() => deleteReplicas(plane.api));
    await createReplicas(plane.api, 'dead', { web: {} });
    const move = (...args: string[]) =>
      runPodcidr(['reassign', 'dead', '--yes', '--offline-node', NO_RESTART, ...args], {
        kubeconfig: proxy.kubeconfig,
      });
    const refused = await move();
    t.is(refused.code, 2, refused.stderr);
    t.regex(
      refused.stderr,
      /^error: node dead is not moved: it cannot be drained: its kubelet does not report, so 1 pod would never end \(--drain=false evicts none\)$/m,
    );
    t.deepEqual(await podNames(plane), ['web']);
    const moved = await move('--drain=false');
    t.is(moved.code, 0, moved.stderr);
    t.not((await getNode(plane, 'dead')).spec?.podCIDR, '10.244.7.0/24');
  },
);

test.serial('static pods stay and are left to the operator: only a restart on the host renews them', async (t) => {
  await createPods(plane, 'moves', { 'static-moves': { mirror: true } });
  const ran = await run();
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await podNames(plane), ['static-moves']);
  t.regex(ran.stderr, /static pods of moves keep their old addresses.*on the host: default\/static-moves/);
});

test.serial('--pod-selector evicts what it picks and says that the others keep their addresses', async (t) => {
  await createPods(plane, 'moves', { web: { labels: { app: 'web' } }, other: { bare: true } });
  const ran = await run('--pod-selector=app=web');
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await podNames(plane), ['other']);
  t.regex(ran.stderr, /1 pod of moves keep/);
});

test.serial('a Node that was cordoned before stays cordoned', async (t) => {
  await plane.kubectl(['cordon', 'moves']);
  t.true(await untilTainted(true));
  const before = await getNode(plane, 'moves');
  const ran = await run();
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /node\/moves already cordoned\n/);
  const after = await getNode(plane, 'moves');
  t.true(after.spec?.unschedulable);
  t.deepEqual(comparable(after), comparable(before));
});

for (const [how, value, timeout, code] of [
  ['a move', 'false', '1m', 0],
  ['a move', 'true', '1m', 0],
  ['a drain that fails', 'false', '300ms', 3],
] as const) {
  test.serial(
    `the autoscaler's annotation is ${value} again after ${how}, and belongs to whom it belonged`,
    async (t) => {
      await plane.kubectl(['annotate', 'node', 'moves', `${DISABLED}=${value}`]);
      if (code === 3) {
        await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
        await createBudget(plane, 1);
      }
      const before = await getNode(plane, 'moves');
      const ran = await run(`--timeout=${timeout}`);
      t.is(ran.code, code, ran.stderr);
      t.true(await untilTainted(false));
      const after = await getNode(plane, 'moves');
      t.is(after.metadata.annotations?.[DISABLED], value);
      t.deepEqual(comparable(after), comparable(before));
    },
  );
}

test.serial('a Node that somebody uncordons during the drain is not written again', async (t) => {
  await createPods(plane, 'moves', { web: {} });
  proxy.decide(({ path }) =>
    path.endsWith('/eviction')
      ? {
          kind: 'then',
          before: async () => {
            await plane.kubectl(['uncordon', 'moves']);
            await plane.kubectl(['annotate', '--overwrite', 'node', 'moves', `${DISABLED}=mine`]);
          },
        }
      : { kind: 'pass' },
  );
  const ran = await run();
  t.is(ran.code, 0, ran.stderr);
  const after = await getNode(plane, 'moves');
  t.is(after.spec?.unschedulable, undefined);
  t.is(after.metadata.annotations?.[DISABLED], 'mine');
});

test.serial('Ctrl-C ends the wait for pods: the Node is uncordoned again and nothing else is changed', async (t) => {
  await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
  await createBudget(plane, 1);
  const before = await getNode(plane, 'moves');
  const ran = await runPodcidr(['reassign', 'moves', '--yes'], {
    kubeconfig: proxy.kubeconfig,
    onStart: (child) => {
      child.stderr?.on('data', (chunk: string) => {
        if (chunk.includes('will retry after')) child.kill('SIGINT');
      });
    },
  });
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /draining it was stopped; pods left: default\/web/);
  await isAsBefore(t, before);
});

for (const [what, fault] of [
  ['lost', { kind: 'reset' }],
  ['carried out and its answer is lost', { kind: 'reset-after' }],
] as const) {
  test.serial(`the pods are gone and the Node is moved although an eviction is ${what}`, async (t) => {
    await createPods(plane, 'moves', { web: {} });
    let done = false;
    proxy.decide(({ path }) => {
      if (done || !path.endsWith('/eviction')) return { kind: 'pass' };
      done = true;
      return fault;
    });
    const ran = await run();
    t.is(ran.code, 0, ran.stderr);
    t.deepEqual(await podNames(plane), []);
  });
}

test.serial('a dry run names what would be evicted and writes nothing', async (t) => {
  await createPods(plane, 'moves', { web: {} });
  const before = await getNode(plane, 'moves');
  const ran = await runPodcidr(['reassign', 'moves', '--dry-run=client'], { kubeconfig: proxy.kubeconfig });
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stdout, /cordoned and drained.*\n {2}moves: 1 pod is evicted\n/);
  t.notRegex(ran.stdout, /not drained/);
  t.deepEqual(await podNames(plane), ['web']);
  t.deepEqual(standing(await getNode(plane, 'moves')), standing(before));
});
