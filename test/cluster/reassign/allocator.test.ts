import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node } from '../../harness/node.ts';
import { runPodcidr } from '../../harness/program.ts';
import { getNode } from './support.ts';

/** 16 subnets: a pool that a test can exhaust. The plane's own Node has one of them. */
const FLAGS = ['--cluster-cidr=10.244.0.0/24', '--node-cidr-mask-size=28'];
const SUBNETS = 16;
const SHARED = ['10.244.0.160/28'];
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';
const MARKER = 'kubectl-podcidr/restarting';
const BACKEND_DATA = 'flannel.alpha.coreos.com/backend-data';

/** Up to 1.31.3 the leader has to be restarted; the newest one heeds every update of a Node. */
const isOld = process.env.KUBERNETES === '1.24';
const onOld: (title: string, run: (t: ExecutionContext) => Promise<void>) => void = isOld
  ? test.serial
  : () => undefined;

let plane: ControlPlane;
let proxy: FaultProxy;
/** Of one test alone: what another left open is not this one's to resume. */
let stateDir = '';
/** restartCount before the test. */
let started = 0;
test.before(async () => {
  plane = await startControlPlane({ controllerManager: FLAGS });
  proxy = await startFaultProxy(plane);
});
test.after.always(async () => {
  await proxy?.close();
  await plane?.stop();
});
test.beforeEach(async () => {
  proxy.decide(() => ({ kind: 'pass' }));
  await plane.clear();
  stateDir = mkdtempSync(join(plane.dir, 'state-'));
  started = await restartCount();
});

/** An allocator that works already: 1.24's sleeps 10 s after each start, and reads only then. */
async function freshAllocator(): Promise<void> {
  await plane.controllerManager(FLAGS);
  started = await restartCount();
}

const reassign = (args: string[], onStart?: (child: ChildProcess) => void) =>
  runPodcidr(['reassign', ...args, '--yes', '--state-dir', stateDir], {
    kubeconfig: proxy.kubeconfig,
    ...(onStart && { onStart }),
  });

const resume = () => runPodcidr(['resume', '--yes', '--state-dir', stateDir], { kubeconfig: proxy.kubeconfig });

const isLeasePut = ({ method, path }: SeenRequest) => method === 'PUT' && path.startsWith(LEASE);
const isPatchOf = (name: string) => (seen: SeenRequest) =>
  seen.method === 'PATCH' && seen.path.startsWith(`/api/v1/nodes/${name}?`);

/** Two nodes that share SHARED: `keeps` and `moves`. */
async function createTwins(): Promise<void> {
  const options = { podCIDRs: SHARED, flannel: true };
  await createNodes(plane.api, [node('keeps', options), node('moves', options)]);
}

/** Posts more Nodes than there are subnets left, and resolves with all subnets in use once nothing more is handed out. */
async function exhaust(): Promise<string[]> {
  const before = await subnets();
  const free = SUBNETS - new Set(before).size;
  await Promise.all(
    Array.from({ length: free + 3 }, (_, index) => plane.api.post('/api/v1/nodes', node(`filler-${index}`))),
  );
  const full = await until(async () => (await subnets()).length >= before.length + free, 30_000);
  if (!full) throw new Error(`the pool was not exhausted: ${(await subnets()).join(' ')}`);
  // Time for one that is handed out twice.
  await until(async () => (await subnets()).length > before.length + free, 3_000);
  return subnets();
}

async function subnets(): Promise<string[]> {
  const nodes = await plane.api.list('/api/v1/nodes');
  return nodes.flatMap(({ spec }) => spec?.podCIDR ?? []).sort();
}

/** Since the test began. */
async function restarts(): Promise<number> {
  return (await restartCount()) - started;
}

async function restartCount(): Promise<number> {
  const pod = await plane.api.get(`/api/v1/namespaces/kube-system/pods/kube-controller-manager-${plane.node}`);
  return pod.status?.containerStatuses?.[0]?.restartCount ?? -1;
}

/** kube-controller-manager leads under a name of its own, and nothing of ours is left on its lease. */
async function isLedCleanly(t: ExecutionContext): Promise<void> {
  const lease = await plane.api.get(LEASE);
  t.regex(lease.spec?.holderIdentity ?? '', new RegExp(`^${plane.node}_`));
  t.is(lease.metadata.annotations?.[MARKER], undefined);
}

test.serial('after a duplicate is cured, no new node gets a subnet in use until the pool is exhausted', async (t) => {
  await freshAllocator();
  await createTwins();
  const ran = await reassign(['moves']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await restarts(), isOld ? 1 : 0);
  await isLedCleanly(t);
  const all = await exhaust();
  t.is(all.length, SUBNETS, all.join(' '));
  t.deepEqual(all, [...new Set(all)]);
});

test.serial('control: what settles the allocator left out, a new node gets the subnet of the survivor', async (t) => {
  await freshAllocator();
  await createTwins();
  const isAnnouncement = isPatchOf('keeps');
  proxy.decide((seen) =>
    isAnnouncement(seen) ? { kind: 'answer', status: 200, body: { kind: 'Node', metadata: {} } } : { kind: 'pass' },
  );
  const ran = await reassign(['moves', '--allocator-restart=never']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await restarts(), 0);
  const all = await exhaust();
  t.true(new Set(all).size < all.length, all.join(' '));
});

test.serial('after a subnet is patched into an empty node, no new node gets it', async (t) => {
  await freshAllocator();
  const fillers = Array.from({ length: SUBNETS - 1 }, (_, index) => node(`first-${index}`));
  const [leaves] = await createNodes(plane.api, fillers);
  await plane.api.post('/api/v1/nodes', node('empty'));
  // The newest allocator tries again in ever longer intervals: after 5 s it has 5 s before the next.
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  await plane.api.delete('/api/v1/nodes/first-0', {});
  const ran = await reassign([`empty=${leaves?.spec?.podCIDR}`]);
  t.is(ran.code, 0, ran.stderr);
  t.is(await restarts(), isOld ? 1 : 0);
  const all = await exhaust();
  t.deepEqual(all, [...new Set(all)]);
});

onOld('--allocator-restart=never restarts nothing and prints how to do it', async (t) => {
  await createTwins();
  const ran = await reassign(['moves', '--allocator-restart=never']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /Left to do: kube-controller-manager v1\.24\.17 may hand out again what keeps holds/);
  const command = /kubectl (-n kube-system patch lease .*)/.exec(ran.stderr)?.[1] ?? '';
  const words = command.replaceAll("'", '').split(' ');
  const done = await plane.kubectl(words);
  t.is(done.code, 0, done.stderr);
  t.true(await until(async () => (await restarts()) === 1, 30_000), 'the printed command restarts it');
  const leads = async () => (await plane.api.get(LEASE)).spec?.holderIdentity?.startsWith(`${plane.node}_`) ?? false;
  t.true(await until(leads, 30_000), 'and it leads again');
});

test.serial('a Node outside the cluster CIDR, which would stop a start, leaves the leader alone', async (t) => {
  await createTwins();
  await createNodes(plane.api, [node('outside', { podCIDRs: ['10.9.0.0/28'] })]);
  const ran = await reassign(['moves']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await restarts(), 0);
  await isLedCleanly(t);
  const says = /It was not restarted: .*node outside has 10\.9\.0\.0\/28[\s\S]*kubectl podcidr reassign outside/;
  if (isOld) t.regex(ran.stderr, says);
  else t.notRegex(ran.stderr, says);
});

/** Moves `moves` and is killed right after the leader's lease was overwritten. */
async function killedInRestart(t: ExecutionContext): Promise<void> {
  await createTwins();
  let child: ChildProcess | undefined;
  proxy.decide((seen) =>
    isLeasePut(seen) && seen.body.includes(MARKER)
      ? { kind: 'then', after: () => void child?.kill('SIGKILL') }
      : { kind: 'pass' },
  );
  const killed = await reassign(['moves'], (process) => {
    child = process;
  });
  t.is(killed.signal, 'SIGKILL');
  t.regex((await plane.api.get(LEASE)).spec?.holderIdentity ?? '', /^kubectl-podcidr_/);
  proxy.decide(() => ({ kind: 'pass' }));
}

onOld('killed when the lease is overwritten: resume finishes the restart, and it is the only one', async (t) => {
  await killedInRestart(t);
  const ran = await resume();
  t.is(ran.code, 0, ran.stderr);
  t.is(await restarts(), 1);
  await isLedCleanly(t);
});

onOld('killed when the lease is overwritten: another operation puts it right first', async (t) => {
  await killedInRestart(t);
  // Until then the lock is the killed one's.
  await until(() => false, 5_000);
  const ran = await reassign(['keeps']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /had begun to restart kube-controller-manager: that is done/);
  t.is(await restarts(), 1);
  await isLedCleanly(t);
});

onOld('an interrupt while the leader is to exit puts its lease back; resume restarts it', async (t) => {
  await createTwins();
  const { spec } = await plane.api.get(LEASE);
  let child: ChildProcess | undefined;
  proxy.decide((seen) =>
    isLeasePut(seen) && seen.body.includes(MARKER)
      ? { kind: 'then', after: () => void child?.kill('SIGINT') }
      : { kind: 'pass' },
  );
  const ran = await reassign(['moves'], (process) => {
    child = process;
  });
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /kubectl podcidr resume/);
  await isLedCleanly(t);
  t.is((await plane.api.get(LEASE)).spec?.holderIdentity, spec?.holderIdentity);
  t.false(await until(async () => (await restarts()) > 0, 12_000), 'it goes on');
  proxy.decide(() => ({ kind: 'pass' }));
  const resumed = await resume();
  t.is(resumed.code, 0, resumed.stderr);
  t.is(await restarts(), 1);
});

onOld('a leader that hangs gets its lease back, and whoever leads at the end has no trace of us', async (t) => {
  await createTwins();
  const { pid, holder } = await leader();
  process.kill(pid, 'SIGSTOP');
  proxy.decide((seen) =>
    isLeasePut(seen) && seen.body.includes(`"holderIdentity":"${holder}"`)
      ? { kind: 'then', after: () => void process.kill(pid, 'SIGCONT') }
      : { kind: 'pass' },
  );
  const ran = await reassign(['moves']);
  t.is(ran.code, 0, ran.stderr);
  t.true(proxy.seen.some((seen) => isLeasePut(seen) && seen.body.includes(`"holderIdentity":"${holder}"`)));
  await isLedCleanly(t);
});

onOld('who may not write the lease is told how to do it, and the move counts', async (t) => {
  await createTwins();
  const reason = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no' };
  proxy.decide((seen) => (isLeasePut(seen) ? { kind: 'answer', status: 403, body: reason } : { kind: 'pass' }));
  const ran = await reassign(['moves']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /was not restarted: no\n[\s\S]*kubectl -n kube-system patch lease/);
  t.is(await restarts(), 0);
});

onOld('without leader election nothing is restarted, and its host is named', async (t) => {
  await plane.controllerManager([...FLAGS, '--leader-elect=false']);
  started = await restartCount();
  await createTwins();
  const ran = await reassign(['moves']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, new RegExp(`crictl stop .*# on ${plane.node}`));
  t.is(await restarts(), 0);
  await freshAllocator();
});

test.serial('with kube-controller-manager down throughout, the move is done and it is said', async (t) => {
  await createTwins();
  await plane.controllerManager('stop');
  const ran = await reassign(['moves', ...FLAGS]);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /kube-controller-manager (does not run now|of an unknown version)/);
  await freshAllocator();
  const all = await exhaust();
  t.deepEqual(all, [...new Set(all)]);
});

test.serial(
  'the survivor is announced by a change of its annotation and back, and is as before at the end',
  async (t) => {
    await createTwins();
    await createNodes(plane.api, [node('plain', { podCIDRs: SHARED })]);
    const before = await getNode(plane, 'keeps');
    const plain = await getNode(plane, 'plain');
    const seen: Record<string, (string | undefined)[]> = { keeps: [], plain: [] };
    const stop = await plane.api.watch('/api/v1/nodes', ({ object: { metadata } }) => {
      const { [BACKEND_DATA]: data, 'kubectl-podcidr/announced': own } = metadata.annotations ?? {};
      const values = seen[metadata.name];
      if (values && (values.length === 0 || values.at(-1) !== (data ?? own))) values.push(data ?? own);
    });
    const ran = await reassign(['moves']);
    t.is(ran.code, 0, ran.stderr);
    const data = before.metadata.annotations?.[BACKEND_DATA];
    await until(() => seen.keeps?.length === 3 && seen.plain?.length === 3, 2_000);
    stop();
    t.deepEqual(seen.keeps, [data, ` ${data}`, data]);
    t.is(seen.plain?.length, 3);
    t.deepEqual((await getNode(plane, 'keeps')).metadata.annotations, before.metadata.annotations);
    t.deepEqual((await getNode(plane, 'plain')).metadata.annotations, plain.metadata.annotations);
  },
);

test.serial(
  'a survivor that is gone by then is said, and one that flannel wrote to keeps what flannel wrote',
  async (t) => {
    await createTwins();
    await createNodes(plane.api, [
      node('goes', { podCIDRs: SHARED, flannel: true }),
      node('again', { podCIDRs: SHARED }),
    ]);
    const rewritten = '{"VNI":1,"VtepMAC":"5e:00:00:00:00:01"}';
    let done = false;
    proxy.decide(({ method, path }) => {
      if (done || method !== 'POST' || !path.startsWith('/api/v1/nodes?')) return { kind: 'pass' };
      done = true;
      return {
        kind: 'then',
        before: async () => {
          await plane.api.delete('/api/v1/nodes/goes', {});
          await plane.api.delete('/api/v1/nodes/again', {});
          await plane.api.post('/api/v1/nodes', node('again', { podCIDRs: SHARED }));
          await plane.api.patch('/api/v1/nodes/keeps', { metadata: { annotations: { [BACKEND_DATA]: rewritten } } });
        },
      };
    });
    const ran = await reassign(['moves', '--allocator-restart=never']);
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stderr, /node goes, which kept the subnet, is gone/);
    t.regex(ran.stderr, /node again, which kept the subnet, is gone or another one/);
    t.is((await getNode(plane, 'again')).metadata.annotations?.['kubectl-podcidr/announced'], undefined);
    const written = proxy.seen.filter(isPatchOf('keeps')).map(({ body }) => body);
    t.true(
      written.some((body) => body.includes(JSON.stringify(` ${rewritten}`))),
      'what flannel wrote is announced',
    );
    t.is((await getNode(plane, 'keeps')).metadata.annotations?.[BACKEND_DATA], rewritten);
  },
);

test.serial('a newcomer that gets the subnet of a survivor in the gap is named', async (t) => {
  await createTwins();
  let done = false;
  proxy.decide((seen) => {
    if (done || !isPatchOf('keeps')(seen)) return { kind: 'pass' };
    done = true;
    return {
      kind: 'then',
      before: () => plane.api.post('/api/v1/nodes', node('new', { podCIDRs: SHARED })).then(() => undefined),
    };
  });
  const ran = await reassign(['moves', '--allocator-restart=never']);
  t.is(ran.code, 1, ran.stderr);
  t.regex(ran.stderr, /error: node new was given 10\.244\.0\.160\/28 meanwhile, which node keeps kept/);
});

/** The process that leads, and its name in the lease. */
async function leader(): Promise<{ pid: number; holder: string }> {
  const found = spawnSync('pgrep', ['-f', `kube-controller-manager.*${plane.dir}`], { encoding: 'utf8' });
  const [pid] = found.stdout.trim().split('\n');
  const lease = await plane.api.get(LEASE);
  return { pid: Number(pid), holder: String(lease.spec?.holderIdentity) };
}
