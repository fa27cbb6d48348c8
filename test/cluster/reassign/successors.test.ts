import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { ANTREA, deploy, podOf, scheduleDaemonPods, WORKLOAD } from '../../harness/daemon-sets.ts';
import { runPodcidr } from '../../harness/program.ts';
import { createReplicas, deleteReplicas } from '../../harness/replicas.ts';
import { type Stage, startStage } from '../operations/support.ts';
import { createTwins, getNode, NO_RESTART } from './support.ts';

// kube-controller-manager is gone: what is deleted then, nobody creates again.

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';
const PODS = '/api/v1/namespaces/default/pods';

let stage: Stage;
let unschedule = () => {};
test.before(async () => {
  stage = await startStage({ kwok: true }, { PODCIDR_TEST_CARE: '3000', PODCIDR_TEST_SHELL: '300' });
  unschedule = await scheduleDaemonPods(stage.plane);
});
test.after.always(async () => {
  unschedule();
  await stage?.stop();
});
test.beforeEach(async () => {
  await stage.plane.controllerManager([]);
  await stage.clear();
  await deleteReplicas(stage.plane.api);
  await createTwins(stage.plane, 'keeps', 'moves');
});

/** As it is when nobody has led for two minutes. */
async function loseManager(): Promise<void> {
  await stage.plane.controllerManager('stop');
  const renewTime = new Date(Date.now() - 120_000).toISOString().replace('Z', '000Z');
  await stage.plane.api.patch(LEASE, { spec: { renewTime } });
}

/** A pod whose controller would create another. */
async function createReplica(): Promise<string | undefined> {
  const [created] = await createReplicas(stage.plane.api, 'moves', { web: {} });
  return created?.metadata.uid;
}

// What kube-controller-manager tells in its place.
const SETTINGS = ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24'];
const REASSIGN = ['reassign', 'moves', '--cidr=10.244.9.0/24', NO_RESTART, ...SETTINGS];
const subnet = async () => (await getNode(stage.plane, 'moves')).spec?.podCIDR;

test.serial(
  'a pod that nobody would create again is not evicted: the node is refused, and nothing is changed',
  async (t) => {
    await loseManager();
    const uid = await createReplica();
    const before = await getNode(stage.plane, 'moves');
    const ran = await stage.run(REASSIGN);
    t.is(ran.code, 2, ran.stderr);
    t.regex(
      ran.stderr,
      /^error: node moves is not moved: it cannot be drained: kube-controller-manager has not renewed its lease for 1[12]\d s, so 1 pod would not be created again \(--drain=false evicts none; /m,
    );
    t.is((await stage.plane.api.get(`${PODS}/web`)).metadata.uid, uid);
    t.deepEqual(await getNode(stage.plane, 'moves'), before);
    t.deepEqual(await stage.operations(), []);
    const explained = await runPodcidr(['explain', 'ControllerManagerDown']);
    t.is(explained.code, 0, 'what the refusal names is there');
  },
);

test.serial('with no such pod, or without a drain, the node is moved all the same', async (t) => {
  await loseManager();
  const ran = await stage.run(REASSIGN);
  t.is(ran.code, 0, ran.stderr);
  await createReplica();
  const back = await stage.run([
    'reassign',
    'moves',
    '--cidr=10.244.10.0/24',
    '--drain=false',
    '--cooldown=0s',
    ...SETTINGS,
  ]);
  t.is(back.code, 0, back.stderr);
  t.is(await subnet(), '10.244.10.0/24');
});

test.serial('who loses kube-controller-manager before the drain evicts nothing: exit 3, as it was', async (t) => {
  const uid = await createReplica();
  stage.before(
    ({ method, path, body }) =>
      method === 'PATCH' && path.includes('/nodes/moves') && body.includes('"unschedulable":true'),
    loseManager,
  );
  const ran = await stage.run(REASSIGN);
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /node moves was not moved; it is as it was: it is not drained: kube-controller-manager has not /);
  t.is((await stage.plane.api.get(`${PODS}/web`)).metadata.uid, uid);
  const { spec } = await getNode(stage.plane, 'moves');
  t.is(spec?.podCIDR, '10.244.77.0/24');
  t.is(spec?.unschedulable, undefined);
});

test.serial(
  'the pod of a CNI that nobody would create again is not deleted: its restart is left, with the command',
  async (t) => {
    await deploy(stage.plane, ['keeps', 'moves'], ANTREA, WORKLOAD);
    const uids = async () => [
      (await podOf(stage.plane, ANTREA, 'moves'))?.metadata.uid,
      (await podOf(stage.plane, WORKLOAD, 'moves'))?.metadata.uid,
    ];
    const before = await uids();
    t.true(before.every((uid) => uid !== undefined));
    await loseManager();
    const ran = await stage.run([...REASSIGN, '--ignore-daemonsets']);
    t.is(ran.code, 0, ran.stderr);
    t.is(await subnet(), '10.244.9.0/24');
    t.deepEqual(await uids(), before);
    t.regex(
      ran.stderr,
      /^Warning: the CNI on node moves was not restarted: kube-controller-manager has not renewed its lease for \d+ s, and nobody else creates its pod again$/m,
    );
    t.regex(ran.stderr, /^ {6}kubectl delete pod -n kube-system antrea-agent-\w+$/m);
    t.regex(ran.stderr, /^ {6}kubectl uncordon moves$/m);
  },
);

test.serial('kube-controller-manager that comes back once the node has moved is waited for', async (t) => {
  await deploy(stage.plane, ['keeps', 'moves'], ANTREA);
  const before = (await podOf(stage.plane, ANTREA, 'moves'))?.metadata.uid;
  await loseManager();
  let isWaiting = false;
  const running = stage.run([...REASSIGN, '--ignore-daemonsets'], {
    env: { ...stage.env, PODCIDR_TEST_CARE: '60000' },
    onStart: ({ stderr }) => {
      stderr?.on('data', (text) => {
        isWaiting ||= /^Waiting for kube-controller-manager, which has pods created again: /m.test(String(text));
      });
    },
  });
  t.true(await until(async () => isWaiting, 60_000));
  await stage.plane.controllerManager([]);
  const ran = await running;
  t.is(ran.code, 0, ran.stderr);
  const after = (await podOf(stage.plane, ANTREA, 'moves'))?.metadata.uid;
  t.not(after, before);
  t.not(after, undefined);
});
