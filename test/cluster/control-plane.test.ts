import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { PlaneState } from '../../scripts/clusters/plane-files.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import { isAlive, type ProcessIdentity, run, signal, until } from '../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node, pod } from '../harness/node.ts';

const SCRIPT = join(ROOT, 'scripts/control-plane');
const KUBERNETES = process.env.KUBERNETES ?? '1.36';
const CIDR_FLAGS = ['--cluster-cidr=10.240.0.0/12', '--node-cidr-mask-size=16'];

const stateOf = (dir: string) => JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as PlaneState;
const processesOf = ({ supervisor, children }: PlaneState): ProcessIdentity[] => [
  supervisor,
  ...Object.values(children),
];

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());

const mirrorPod = () => plane.api.get(`/api/v1/namespaces/kube-system/pods/kube-controller-manager-${plane.node}`);

test.serial('the own Node is Ready, has its role, its Lease and a subnet from the allocator', async (t) => {
  const own = await plane.api.get(`/api/v1/nodes/${plane.node}`);
  t.is(own.metadata.labels?.['node-role.kubernetes.io/control-plane'], '');
  t.deepEqual(own.spec?.taints, [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]);
  t.is(own.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
  t.regex(own.spec?.podCIDR ?? '', /^10\.244\.\d+\.0\/24$/);
  const lease = await plane.api.get(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${plane.node}`);
  t.is(lease.metadata.ownerReferences?.[0]?.uid, own.metadata.uid);
});

test.serial('the mirror pod tells the true command line and version, and kubeadm-config the networks', async (t) => {
  const { metadata, spec, status } = await mirrorPod();
  const [container] = spec?.containers ?? [];
  const manager = stateOf(plane.dir).children['kube-controller-manager'];
  const running = readFileSync(`/proc/${manager?.pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
  t.deepEqual(container?.command, ['kube-controller-manager', ...running]);
  t.is(container?.image, `registry.k8s.io/kube-controller-manager:${plane.version}`);
  t.deepEqual(metadata.labels, { component: 'kube-controller-manager', tier: 'control-plane' });
  t.is(metadata.annotations?.['kubernetes.io/config.source'], 'file');
  t.is(metadata.ownerReferences?.[0]?.controller, true);
  t.is(status?.phase, 'Running');
  const config = await plane.api.get('/api/v1/namespaces/kube-system/configmaps/kubeadm-config');
  t.regex(config.data?.ClusterConfiguration ?? '', /podSubnet: 10\.244\.0\.0\/16\n +serviceSubnet: 10\.96\.0\.0\/16/);
});

test.serial('nothing else is there: one Node, one pod, no object of a user', async (t) => {
  t.is((await plane.api.list('/api/v1/nodes')).length, 1);
  t.is((await plane.api.list('/api/v1/pods')).length, 1);
  const services = await plane.api.list('/api/v1/services');
  t.deepEqual(
    services.map(({ metadata }) => metadata.name).filter((name) => name !== 'kubernetes'),
    [],
  );
});

test.serial("DIR/bin/kubectl is that version's", async (t) => {
  const { code, stdout } = await plane.kubectl(['version', '-o', 'json']);
  t.is(code, 0);
  const { clientVersion, serverVersion } = JSON.parse(stdout);
  t.is(clientVersion.gitVersion, plane.version);
  t.is(serverVersion.gitVersion, plane.version);
  t.true(plane.version.startsWith(`v${KUBERNETES}.`));
});

test.serial(
  'every kubeconfig reaches the server with its own identity, and only the administrator has rights',
  async (t) => {
    for (const [user, groups] of [
      ['alice', ['developers', 'on-call']],
      ['viewer', ['viewers']],
      ['nobody', []],
    ] as const) {
      const result = await plane.kubectl(['get', 'nodes', '--kubeconfig', plane.users[user] ?? '']);
      t.is(result.code, 1);
      t.regex(result.stderr, new RegExp(`User "${user}" cannot list resource "nodes"`));
      const seen = () => plane.auditEvents().findLast((event) => event.user.username === user);
      t.true(await until(() => seen() !== undefined, 5_000));
      for (const group of groups) t.true(seen()?.user.groups?.includes(group));
    }
    t.is((await plane.kubectl(['get', 'nodes'])).code, 0);
  },
);

test.serial('a killed controller manager is started again, which the mirror pod counts', async (t) => {
  const manager = stateOf(plane.dir).children['kube-controller-manager'];
  t.truthy(manager);
  if (manager) signal(manager, 'SIGKILL');
  const restarted = await until(async () => {
    const [status] = (await mirrorPod()).status?.containerStatuses ?? [];
    return status?.restartCount === 1 && status.ready;
  }, 10_000);
  t.true(restarted);
  const now = stateOf(plane.dir).children['kube-controller-manager'];
  t.true(now !== undefined && now.pid !== manager?.pid && isAlive(now));
});

test.serial('a controller manager that cannot start is reported with its reason', async (t) => {
  const reason = await t.throwsAsync(() => plane.controllerManager(['--cluster-cidr=10.9.0.0/99']));
  t.regex(reason?.message ?? '', /kube-controller-manager ended: .*10\.9\.0\.0\/99/);
});

test.serial('the next flags replace ours of the same name, and the allocator follows them', async (t) => {
  await plane.controllerManager(CIDR_FLAGS);
  const command = (await mirrorPod()).spec?.containers?.[0]?.command ?? [];
  t.deepEqual(
    command.filter((flag) => /^--[a-z-]*cidr/.test(flag)),
    ['--allocate-node-cidrs=true', ...CIDR_FLAGS],
  );
  t.is((await mirrorPod()).status?.containerStatuses?.[0]?.restartCount, 0);
  const [worker] = await createNodes(plane.api, [node('worker-1')]);
  t.regex(worker?.spec?.podCIDR ?? '', /^10\.2\d\d\.0\.0\/16$/);
});

test.serial('kwok keeps other Nodes Ready with Leases, and gives their pods addresses of their subnet', async (t) => {
  await createNodes(plane.api, [node('worker-2', { ready: 'False' })]);
  await plane.api.post('/api/v1/namespaces/default/pods', pod('web', 'worker-2'));
  const alive = await until(async () => {
    const { status } = await plane.api.get('/api/v1/nodes/worker-2');
    const web = await plane.api.get('/api/v1/namespaces/default/pods/web');
    const lease = await plane.api.find('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/worker-2');
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    return ready && lease !== undefined && web.status?.phase === 'Running';
  }, 15_000);
  t.true(alive);
  const { spec } = await plane.api.get('/api/v1/nodes/worker-2');
  const { status } = await plane.api.get('/api/v1/namespaces/default/pods/web');
  t.true(status?.podIP?.startsWith(spec?.podCIDR?.split('.').slice(0, 2).join('.') ?? '?'));
});

test.serial('clear leaves a plane as it was at its start', async (t) => {
  await plane.clear();
  t.deepEqual(
    (await plane.api.list('/api/v1/nodes')).map(({ metadata }) => metadata.name),
    [plane.node],
  );
  t.is((await plane.api.list('/api/v1/pods')).length, 1);
});

test('up prints the kubeconfig as its only line and holds nothing of its caller; down leaves no process and no file', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'podcidr-cli-'));
  const dir = join(parent, 'plane');
  t.teardown(() => run(SCRIPT, ['down', '--dir', dir]).then(() => rmSync(parent, { recursive: true, force: true })));
  // A pipe on descriptor 9, as a shell may leave one: `cat` ends only when nobody holds its other end any more.
  const command = `{ "$@" 9>&1 | cat; } 2>&1`;
  const up = await run('bash', ['-c', command, '-', SCRIPT, 'up', '--dir', dir, '--kubernetes', KUBERNETES]);
  t.is(up.stdout, `${join(dir, 'admin.kubeconfig')}\n`);
  const processes = processesOf(stateOf(dir));
  t.is(processes.length, 4);
  t.true(processes.every(isAlive));
  const again = await run(SCRIPT, ['up', '--dir', dir]);
  t.is(again.code, 2);
  t.regex(again.stderr, /runs in .* already/);
  t.is((await run(SCRIPT, ['down', '--dir', dir])).code, 0);
  t.deepEqual(processes.filter(isAlive), []);
  t.deepEqual(readdirSync(parent), []);
});

test('a plane ends itself when its owner is killed', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'podcidr-owner-'));
  const owner = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const up = await run(SCRIPT, ['up', '--dir', dir, '--kubernetes', KUBERNETES, '--owner', String(owner.pid)]);
  t.is(up.code, 0, up.stderr);
  const processes = processesOf(stateOf(dir));
  t.true(processes.every(isAlive));
  owner.kill('SIGKILL');
  t.true(await until(() => !processes.some(isAlive) && !existsSync(dir), 10_000));
});
