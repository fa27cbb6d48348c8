import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { POD_IMAGE } from '../../scripts/lab.d/machine-config.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import { until } from '../../scripts/lib/processes.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { type EchoPod, untilEchoing } from '../harness/lab/echo.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { type Lab, startLab } from '../harness/lab.ts';
import { type ProgramOptions, runPodcidr } from '../harness/program.ts';

let lab: Lab;
test.before(async () => {
  lab = await startLab({ machines: 4 });
  await lab.deployEcho();
});
test.after.always(() => lab?.stop());

/** With the waits that are shipped. */
function run(args: string[], options: ProgramOptions = {}) {
  const rest = ['--yes', '--state-dir', `${lab.dir}/state`];
  return runPodcidr([...args, ...rest], { kubeconfig: lab.kubeconfig, entry: `${ROOT}/src/main.ts`, ...options });
}

async function echoOf(node: string): Promise<EchoPod> {
  const found = (await lab.echoPods()).find((pod) => pod.node === node);
  if (!found) throw new Error(`no echo pod runs on ${node}`);
  return found;
}

async function allAnswer(t: ExecutionContext): Promise<void> {
  await lab.untilJoined();
  await untilEchoing(lab.api, 'echo', lab.nodes);
  t.deepEqual(brokenPings(await lab.pings()), []);
}

const MANIFEST = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'static', namespace: 'default' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: POD_IMAGE, imagePullPolicy: 'Never', command: ['sleep', '1000000'] }],
  },
};

test.serial(
  'every pod of the new cluster reaches every other; a continuous ping loses nothing, and counts a cut',
  async (t) => {
    const pings = await lab.pings();
    t.is(pings.length, 12);
    t.deepEqual(brokenPings(pings), []);
    const [one, two, three] = await lab.echoPods();
    if (!one || !two || !three) return t.fail('there are not three pods');
    const route = async (...words: string[]) => t.is((await lab.inNode(one.node, ['ip', 'route', ...words])).code, 0);
    const [cut, whole] = [lab.pingContinuously(one, two), lab.pingContinuously(one, three)];
    await sleep(1_000);
    await route('add', 'blackhole', two.addresses[0] ?? '');
    await sleep(1_000);
    await route('del', 'blackhole', two.addresses[0] ?? '');
    await sleep(1_000);
    const [lost, none] = [await cut.stop(), await whole.stop()];
    t.log(lost);
    t.is(lost.cuts.length, 1);
    t.true(lost.lost > 0 && lost.lost < lost.sent && lost.cutMs > 0);
    t.true(none.sent > 0);
    t.is(none.lost, 0);
  },
);

test.serial('two nodes with one subnet: their pods are taken for each other, or not reached', async (t) => {
  const podCIDRs = await lab.shareSubnet('n2', 'n3');
  const nodes = await lab.api.list('/api/v1/nodes');
  const sharing = nodes.filter(({ spec }) => spec?.podCIDRs?.join() === podCIDRs.join());
  t.deepEqual(
    sharing.map(({ metadata }) => metadata.name),
    ['n2', 'n3'],
  );
  // Pairs of nodes, n1>n2, whose pods the right pod answers.
  const pings = await lab.pings();
  const reached = pings.filter(({ ok }) => ok).map(({ from, to }) => `${from.node}>${to.node}`);
  t.log(reached);
  t.false(reached.includes('n1>n2'), 'the last writer has the route');
  t.false(reached.includes('n2>n1'), 'answers go to the twin');
  t.false(reached.includes('n3>n2'));
});

test.serial('nodes that share no subnet lose no ping while two others are cured; static pods live on', async (t) => {
  const file = '/etc/kubernetes/manifests/static.json';
  const written = await lab.inNode('n3', [
    'sh',
    '-c',
    `mkdir -p /etc/kubernetes/manifests && cat > ${file} <<'END'\n${JSON.stringify(MANIFEST)}\nEND`,
  ]);
  t.is(written.code, 0, written.stderr);
  const mirror = () => lab.api.find('/api/v1/namespaces/default/pods/static-n3');
  t.true(await until(async () => (await mirror())?.status?.phase === 'Running', 60_000), 'the static pod runs');
  const before = await mirror();
  const [one, survivor, other] = await Promise.all(['n1', 'n2', 'n4'].map(echoOf));
  if (!one || !survivor || !other) return t.fail('pods are missing');
  const pings = [lab.pingContinuously(one, other), lab.pingContinuously(other, one)];
  const cut = lab.pingContinuously(one, survivor);
  await sleep(1_000);
  const ran = await run(['reassign', 'n3', '--ignore-daemonsets']);
  await sleep(2_000);
  const [there, back, shared] = [await pings[0]?.stop(), await pings[1]?.stop(), await cut.stop()];
  t.is(ran.code, 0, ran.stderr);
  t.log(`n1 → n4: ${there?.sent} sent, ${there?.lost} lost; n4 → n1: ${back?.sent} sent, ${back?.lost} lost`);
  t.log(
    `n1 → n2, which keeps the shared subnet: ${shared.sent} sent, ${shared.lost} lost, the last cut ${shared.cuts.at(-1)?.ms ?? 0} ms`,
  );
  t.true((there?.sent ?? 0) > 0 && (back?.sent ?? 0) > 0);
  t.deepEqual([there?.lost, back?.lost], [0, 0]);
  await allAnswer(t);
  const after = await mirror();
  t.is(after?.metadata.uid, before?.metadata.uid, 'the mirror pod is the same');
  t.is(after?.metadata.ownerReferences?.[0]?.uid, (await lab.api.get('/api/v1/nodes/n3')).metadata.uid);
  t.regex(ran.stderr, /static pod.*default\/static-n3/s);
  await lab.inNode('n3', ['rm', file]);
  t.true(await until(async () => (await mirror()) === undefined, 60_000), 'the static pod is gone');
});

test.serial(
  'the cure lasts: every flannel, kubelet, containerd and the controller manager started again',
  async (t) => {
    await lab.restartFlannel();
    for (const node of lab.nodes) {
      await lab.stopKubelet(node);
      await lab.restartContainerd(node);
      await lab.startKubelet(node);
    }
    await lab.restartControllerManager();
    await allAnswer(t);
  },
);

test.serial('the cure lasts: a node that joins gets a subnet of its own, and reaches every pod', async (t) => {
  await lab.addNode();
  await allAnswer(t);
  const subnets = (await lab.api.list('/api/v1/nodes')).map(({ spec }) => spec?.podCIDR);
  t.is(new Set(subnets).size, subnets.length);
});

test.serial(
  'killed in the gap and absent for 60 s: resume brings the Node back, and its pods are reached',
  async (t) => {
    t.timeout(5 * 60_000);
    const proxy = await startFaultProxy(lab);
    t.teardown(() => proxy.close());
    let child: ChildProcess | undefined;
    proxy.decide(({ method, path }) => {
      if (method !== 'POST' || !path.startsWith('/api/v1/nodes?')) return { kind: 'pass' };
      child?.kill('SIGKILL');
      return { kind: 'reset' };
    });
    const killed = await run(['reassign', 'n3', '--ignore-daemonsets'], {
      kubeconfig: proxy.kubeconfig,
      onStart: (started) => {
        child = started;
      },
    });
    t.is(killed.signal, 'SIGKILL', killed.stderr);
    t.is(await lab.api.find('/api/v1/nodes/n3'), undefined, 'the Node is absent');
    await sleep(60_000);
    const resumed = await run(['resume']);
    t.is(resumed.code, 0, resumed.stderr);
    await allAnswer(t);
  },
);
