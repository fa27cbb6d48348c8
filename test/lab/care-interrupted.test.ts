import type { ChildProcess } from 'node:child_process';
import test from 'ava';
import { changeControllerManager, controllerManagerWish } from '../../scripts/clusters/plane.ts';
import { POD_IMAGE } from '../../scripts/lab.d/machine-config.ts';
import { until } from '../../scripts/lib/processes.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../harness/fault-proxy.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { type Lab, startLab } from '../harness/lab.ts';
import { type ProgramOptions, runPodcidr } from '../harness/program.ts';

let lab: Lab;
let proxy: FaultProxy;
/** The third number of the subnet that n3 is given next. */
let next = 40;
let machines = 0;

test.before(async () => {
  lab = await startLab();
  proxy = await startFaultProxy(lab);
  await lab.deployEcho();
});
test.after.always(async () => {
  await proxy?.close();
  await lab?.stop();
});
test.beforeEach(() => {
  next += 1;
});

/** Runs it on a machine of its own, with short waits but for what real kubelets do. */
function run(args: string[], options: ProgramOptions = {}) {
  machines += 1;
  return runPodcidr([...args, '--yes', '--state-dir', `${lab.dir}/machine-${machines}`], {
    kubeconfig: proxy.kubeconfig,
    env: { PODCIDR_TEST_CARE: '60000', PODCIDR_TEST_ANSWER: '10000' },
    ...options,
  });
}

const reassign = (...args: string[]) => ['reassign', `n3=10.244.${next}.0/24`, '--ignore-daemonsets', ...args];

/** Kills it at the first request that fits, before the server sees it or once it has acted. */
async function killed(fits: (request: SeenRequest) => boolean, when: 'before' | 'after') {
  let child: ChildProcess | undefined;
  let done = false;
  const kill = () => void child?.kill('SIGKILL');
  proxy.decide((request): Fault => {
    if (done || !fits(request)) return { kind: 'pass' };
    done = true;
    if (when === 'after') return { kind: 'then', after: kill };
    kill();
    return { kind: 'reset' };
  });
  const ran = await run(reassign(), {
    onStart: (started) => {
      child = started;
    },
  });
  proxy.decide(() => ({ kind: 'pass' }));
  return ran;
}

const deletes = (name: string) => (request: SeenRequest) =>
  request.method === 'DELETE' && request.path.includes(`/pods/${name}-`);
const runs = (script: string, pod: RegExp) => (request: SeenRequest) =>
  pod.test(request.path) && decodeURIComponent(request.path.replaceAll('+', ' ')).includes(script);

const KILLS: [where: string, fits: (request: SeenRequest) => boolean, when: 'before' | 'after'][] = [
  ["before flannel's pod is deleted", deletes('kube-flannel-ds'), 'before'],
  ["once flannel's pod is deleted", deletes('kube-flannel-ds'), 'after'],
  ['before the bridge is removed', runs('ip link del cni0', /exec/), 'before'],
  ['once the bridge is removed', runs('ip link del cni0', /exec/), 'after'],
  ['before a pod is made anew', deletes('echo'), 'before'],
  ['once a pod to be made anew is deleted', deletes('echo'), 'after'],
];

for (const [where, fits, when] of KILLS) {
  test.serial(`killed ${where}: after resume every pod reaches every other`, async (t) => {
    const ran = await killed(fits, when);
    t.is(ran.signal, 'SIGKILL', ran.stderr);
    const resumed = await run(['resume']);
    t.is(resumed.code, 0, resumed.stderr);
    t.notRegex(resumed.stderr, /^Left to you:/m);
    t.deepEqual(brokenPings(await lab.pings()), []);
    const { stdout } = await lab.inNode('n3', ['ip', '-o', '-4', 'addr', 'show', 'cni0']);
    t.true(stdout.includes(`10.244.${next}.1/24`), stdout);
  });
}

test.serial('killed while the other nodes are asked: resume asks them', async (t) => {
  const pods = await lab.api.list('/api/v1/namespaces/kube-flannel/pods');
  const other = pods.find(({ spec }) => spec?.nodeName === 'n1')?.metadata.name ?? '';
  const asked = runs('', new RegExp(`/pods/${other}/exec`));
  const ran = await killed(asked, 'before');
  t.is(ran.signal, 'SIGKILL', ran.stderr);
  const from = proxy.seen.length;
  const resumed = await run(['resume']);
  t.is(resumed.code, 0, resumed.stderr);
  t.true(proxy.seen.slice(from).some(asked));
  t.regex(resumed.stderr, /the other nodes have their routes to them/);
  t.deepEqual(brokenPings(await lab.pings()), []);
});

test.serial(
  'a node that has missed what happened lacks the route: its flannel is restarted, and no other',
  async (t) => {
    const flannels = async () => {
      const pods = await lab.api.list('/api/v1/namespaces/kube-flannel/pods');
      return new Map(pods.map(({ metadata, spec }) => [spec?.nodeName, metadata.uid]));
    };
    const before = await flannels();
    const { podCIDR: former = '' } = (await lab.api.get('/api/v1/nodes/n3')).spec ?? {};
    const stopped = await lab.inNode('n1', ['sh', '-c', 'kill -STOP $(pidof flanneld)']);
    t.is(stopped.code, 0, stopped.stderr);
    const ran = await run(reassign());
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stderr, /^Restarting flannel on 1 node that lack a route: n1$/m);
    t.true(ran.stderr.includes(`node/n1: removed the route to ${former}, which no node has`), ran.stderr);
    t.notRegex(ran.stderr, /^Left to you:/m);
    const after = await flannels();
    t.deepEqual([after.get('n1') === before.get('n1'), after.get('n2') === before.get('n2')], [false, true]);
    t.deepEqual(brokenPings(await lab.pings()), []);
    const { stdout } = await lab.inNode('n1', ['ip', 'route', 'show', former]);
    t.is(stdout, '');
  },
);

test.serial('pods without a controller keep their addresses, and are named', async (t) => {
  await lab.api.post('/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare', namespace: 'default' },
    spec: { nodeName: 'n3', containers: [{ name: 'main', image: POD_IMAGE, command: ['sleep', '1000'] }] },
  });
  const running = async () => (await lab.api.get('/api/v1/namespaces/default/pods/bare')).status?.phase === 'Running';
  t.true(await until(running, 60_000, 200));
  const ran = await run(reassign('--drain=false'));
  t.is(ran.code, 0, ran.stderr);
  t.regex(
    ran.stderr,
    /^Left to you:\n {2}- pods of n3 that no controller creates again .*: default\/bare:\n {6}kubectl delete pod -n default bare$/m,
  );
  t.is((await lab.api.get('/api/v1/namespaces/default/pods/bare')).metadata.deletionTimestamp, undefined);
  t.deepEqual(brokenPings(await lab.pings()), []);
  await lab.api.delete('/api/v1/namespaces/default/pods/bare', { gracePeriodSeconds: 0 });
});

test.serial('rolled back: pods have addresses of the former subnet again, and reach each other', async (t) => {
  const { podCIDR: former = '' } = (await lab.api.get('/api/v1/nodes/n3')).spec ?? {};
  const ran = await run(reassign('-o', 'json'));
  t.is(ran.code, 0, ran.stderr);
  const back = await run(['rollback', String(JSON.parse(ran.stdout).id), '--cooldown=0s']);
  t.is(back.code, 0, back.stderr);
  t.is((await lab.api.get('/api/v1/nodes/n3')).spec?.podCIDR, former);
  t.deepEqual(brokenPings(await lab.pings()), []);
});

test.serial(
  'an empty node whose flannel crashes: it gets a subnet, flannel a new start, its pods their network',
  async (t) => {
    const flags = controllerManagerWish(lab.dir);
    await changeControllerManager(lab.dir, { flags: [...flags, '--allocate-node-cidrs=false'] });
    t.teardown(() => changeControllerManager(lab.dir, { flags }));
    await lab.recreateNode('n3', []);
    const flannel = async () => {
      const pods = await lab.api.list('/api/v1/namespaces/kube-flannel/pods');
      return pods.find(({ spec, metadata }) => spec?.nodeName === 'n3' && metadata.deletionTimestamp === undefined);
    };
    await lab.api.delete(`/api/v1/namespaces/kube-flannel/pods/${(await flannel())?.metadata.name}`);
    // pod cidr not assigned: it exits, and is started again.
    const crashed = async () => /"restartCount":[1-9]/.test(JSON.stringify((await flannel())?.status ?? {}));
    t.true(await until(crashed, 120_000, 200));
    const ran = await run(reassign());
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stdout, /^node\/n3 reassigned \(<none> → /);
    t.notRegex(ran.stderr, /^Left to you:/m);
    t.deepEqual(brokenPings(await lab.pings()), []);
  },
);

test.serial('flannel does not start on the node: exit 1 with the move done, and what is left is said', async (t) => {
  const config = '/api/v1/namespaces/kube-flannel/configmaps/kube-flannel-cfg';
  const { data } = (await lab.api.get(config)) as { data?: Record<string, string> };
  await lab.api.patch(config, { data: { 'net-conf.json': '{' } });
  const ran = await run(reassign(), { env: { PODCIDR_TEST_CARE: '8000', PODCIDR_TEST_ANSWER: '10000' } });
  await lab.api.patch(config, { data });
  t.is(ran.code, 1, ran.stderr);
  t.is((await lab.api.get('/api/v1/nodes/n3')).spec?.podCIDR, `10.244.${next}.0/24`);
  const [, left = ''] = ran.stderr.split('\nLeft to you:\n');
  t.regex(
    left,
    /^ {2}- see why flannel does not work on n3:\n {6}kubectl logs -n kube-flannel kube-flannel-ds-\w+ -c kube-flannel/,
  );
  t.regex(left, /^ {6}ip link del cni0 {2}# on n3$/m);
  const [, command = ''] = /^ {6}(kubectl delete pod -n default .*)$/m.exec(left) ?? [];
  // Done by hand: flannel comes back, then what is left, as it is said.
  const flannels = await lab.api.list('/api/v1/namespaces/kube-flannel/pods');
  const name = flannels.find(({ spec }) => spec?.nodeName === 'n3')?.metadata.name;
  await lab.api.delete(`/api/v1/namespaces/kube-flannel/pods/${name}`);
  const env = async () => (await lab.inNode('n3', ['cat', '/run/flannel/subnet.env'])).stdout;
  t.true(await until(async () => (await env()).includes(`FLANNEL_SUBNET=10.244.${next}.1/24`), 120_000, 200));
  await lab.untilJoined();
  await lab.inNode('n3', ['ip', 'link', 'del', 'cni0']);
  t.is((await lab.kubectl(command.split(' ').slice(1))).code, 0, command);
  t.true((await lab.api.get('/api/v1/nodes/n3')).spec?.unschedulable, 'until then no pod was to come');
  t.regex(left, /^ {6}kubectl uncordon n3$/m);
  t.is((await lab.kubectl(['uncordon', 'n3'])).code, 0);
  t.true(
    await until(async () => (await lab.echoPods()).length === 3 && brokenPings(await lab.pings()).length === 0, 60_000),
  );
});
