import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { SCALE_DOWN_DISABLED } from '../../../src/plan/cordon.ts';
import {
  ANTREA,
  crash,
  type DaemonSetWish,
  deploy,
  FLANNEL,
  KINDNET,
  podOf,
  scheduleDaemonPods,
  WORKLOAD,
} from '../../harness/daemon-sets.ts';
import type { SeenRequest } from '../../harness/fault-proxy.ts';
import { node } from '../../harness/node.ts';
import { createReplicas, deleteReplicas } from '../../harness/replicas.ts';
import { type Stage, startStage } from '../operations/support.ts';
import { createTwins, getNode, NO_RESTART } from './support.ts';

// No kubelet runs here: pods come and go as they would, and no command can be run on a node.

let stage: Stage;
let unschedule = () => {};
/** Something on the nodes gives the workload's pods addresses of another network. */
let astray = false;
test.before(async () => {
  stage = await startStage({ kwok: true }, { PODCIDR_TEST_CARE: '30000', PODCIDR_TEST_SHELL: '300' });
  unschedule = await scheduleDaemonPods(stage.plane, (name) =>
    astray && name === WORKLOAD.name ? '192.0.2.7' : undefined,
  );
});
test.after.always(async () => {
  unschedule();
  await stage?.stop();
});
test.beforeEach(() => stage.clear());

const REASSIGN = ['reassign', 'moves', '--cidr=10.244.9.0/24', '--ignore-daemonsets', NO_RESTART];
const reassign = (...args: string[]) => stage.run([...REASSIGN, ...args]);
const uidOf = async (wish: DaemonSetWish, node = 'moves') => (await podOf(stage.plane, wish, node))?.metadata.uid;
const addressOf = async (wish: DaemonSetWish) => String((await podOf(stage.plane, wish, 'moves'))?.status?.podIP);

const isSaved = (step: string) => (request: SeenRequest) =>
  request.path.includes('/configmaps') && request.body.includes(`"kubectl-podcidr/step":"${step}"`);

/** The DaemonSets whose pods the program has deleted since then, one for each pod. */
function deletedPods(from: number): string[] {
  const events = stage.plane.auditEvents().slice(from);
  const deleted = events.filter(({ verb, userAgent, requestURI }) => {
    return verb === 'delete' && userAgent?.startsWith('kubectl-podcidr') && requestURI.includes('/pods/');
  });
  return deleted.map(({ requestURI }) => requestURI.replace(/-\w+(\?.*)?$/, '').replace(/.*\//, ''));
}

/** Where antrea's pods are scheduled; null: everywhere. */
const schedule = (affinity: object | null) =>
  stage.plane.api.patch(`/apis/apps/v1/namespaces/${ANTREA.namespace}/daemonsets/${ANTREA.name}`, {
    spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null }, template: { spec: { affinity } } },
  });

/** Once it is deleted there, antrea's pod does not come back to this node. */
function keepOff(name: string): void {
  const elsewhere = { matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: [name] }] };
  const required = { nodeSelectorTerms: [elsewhere] };
  stage.before(isDeletionOf(ANTREA), () =>
    schedule({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } }),
  );
}

test.serial('a cluster without a pod of a CNI: the plan says what is left, and so does the end', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  const ran = await reassign();
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /^ {2}- the CNI on moves uses 10\.244\.77\.0\/24/m);
  t.regex(ran.stderr, /^Left to you:\n {2}- restart the CNI on moves, /m);
  t.regex(ran.stderr, /^Not verified: the CNI on the nodes, routes of the peers, reachability of pods\.$/m);
  t.notRegex(ran.stderr, /After-care on the nodes/);
});

test.serial('no command can be run on the node: its CNI is restarted, and the exact commands are left', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await deploy(stage.plane, ['keeps', 'moves'], FLANNEL, WORKLOAD);
  const before = { flannel: await uidOf(FLANNEL), workload: await podOf(stage.plane, WORKLOAD, 'moves') };
  const { name } = before.workload?.metadata ?? {};
  const ran = await reassign();
  t.is(ran.code, 0, ran.stderr);
  t.is((await getNode(stage.plane, 'moves')).spec?.podCIDR, '10.244.9.0/24');
  t.regex(
    ran.stderr,
    /After-care on the nodes:\n {2}moves: flannel is restarted \(pod kube-system\/kube-flannel-ds-\w+\)/,
  );
  t.not(await uidOf(FLANNEL), before.flannel, 'it is another pod');
  t.is(await uidOf(WORKLOAD), before.workload?.metadata.uid, 'before the bridge is right another pod is no better');
  t.regex(ran.stderr, /^Warning: whether the CNI on node moves works with 10\.244\.9\.0\/24 was not seen: /m);
  t.regex(ran.stderr, /^Left to you:\n.*^ {6}ip link del cni0 {2}# on moves$/ms);
  t.regex(ran.stderr, new RegExp(`^ {6}kubectl delete pod -n default ${name}$`, 'm'));
  t.regex(ran.stdout, /^node\/moves reassigned /);
  t.true((await getNode(stage.plane, 'moves')).spec?.unschedulable, 'the bridge would refuse a new pod, or mislead it');
  t.regex(ran.stderr, /^node\/moves stays cordoned until its CNI works with 10\.244\.9\.0\/24$/m);
  t.regex(ran.stderr, /^ {2}- node moves stays cordoned until that is done: .*; then:\n {6}kubectl uncordon moves$/m);
});

test.serial(
  'a CNI that does not come back on the node is no success: exit 1, and its log or DaemonSet is named',
  async (t) => {
    await createTwins(stage.plane, 'keeps', 'moves');
    await deploy(stage.plane, ['keeps', 'moves'], ANTREA);
    keepOff('moves');
    const ran = await stage.run(REASSIGN, {
      env: { ...stage.env, PODCIDR_TEST_CARE: '2000' },
    });
    t.is(ran.code, 1, ran.stderr);
    t.regex(
      ran.stderr,
      /^Warning: the CNI on node moves does not work with 10\.244\.9\.0\/24: after 2 s its pod does not run$/m,
    );
    t.regex(
      ran.stderr,
      /^Left to you:\n {2}- see why antrea does not work on moves:\n {6}kubectl describe daemonset /m,
    );
    t.is((await getNode(stage.plane, 'moves')).spec?.podCIDR, '10.244.9.0/24');
    const done = (await stage.operations()).at(-1);
    t.is(done?.state, 'finished');
    const cordoned = await getNode(stage.plane, 'moves');
    t.true(cordoned.spec?.unschedulable, 'no pod comes to a node whose CNI does not work');
    t.is(cordoned.metadata.annotations?.[SCALE_DOWN_DISABLED], undefined);
    await schedule(null);
    t.true(await until(async () => (await uidOf(ANTREA)) !== undefined, 20_000));
    const back = await stage.run(['rollback', String(done?.id), '--allow-conflict', '--cooldown=0s']);
    t.is(back.code, 0, back.stderr);
    const schedulable = await getNode(stage.plane, 'moves');
    t.is(schedulable.spec?.podCIDR, '10.244.77.0/24');
    t.is(schedulable.spec?.unschedulable, undefined, 'as it was before the move');
  },
);

test.serial(
  'a CNI that does not work with its new subnet stops a fleet at that node: exit 3, and resume goes on with the rest',
  async (t) => {
    const stays = ['10.244.78.0/24', '10.244.79.0/24'];
    await stage.create('moves', ['10.244.77.0/24']);
    await stage.create('next', stays.slice(0, 1));
    await stage.create('last', stays.slice(1));
    await deploy(stage.plane, ['moves', 'next', 'last'], ANTREA);
    keepOff('moves');
    const ran = await stage.run(['reassign', 'moves', 'next', 'last', '--ignore-daemonsets', NO_RESTART], {
      env: { ...stage.env, PODCIDR_TEST_CARE: '2000' },
    });
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stdout, /^node\/moves reassigned [^\n]*\n$/);
    t.deepEqual([await stage.subnet('next'), await stage.subnet('last')], stays);
    t.is((await getNode(stage.plane, 'next')).spec?.unschedulable, undefined);
    t.regex(ran.stderr, /^Stopped at node moves: the CNI on the next one might not work with a new subnet either$/m);
    t.regex(ran.stderr, /^Left to you:\n {2}- see why antrea does not work on moves:$/m);
    t.regex(ran.stderr, /^Not begun: next, last\. Go on, or take everything back, with:\n {2}kubectl podcidr resume /m);
    await schedule(null);
    const gone = await stage.runElsewhere(['resume']);
    t.is(gone.code, 1, gone.stderr);
    t.regex(gone.stderr, /^Left to you:\n {2}- see why antrea does not work on moves:$/m);
    t.regex(gone.stdout, /^node\/next reassigned [^\n]*\nnode\/last reassigned [^\n]*\n$/);
    t.is((await stage.operations()).at(-1)?.state, 'finished');
  },
);

test.serial('nodes whose CNI does not run are not taken for ones that have their routes: they are named', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await deploy(stage.plane, ['keeps', 'moves'], KINDNET);
  stage.before(isSaved('finished'), async () => {
    await crash(stage.plane, KINDNET, 'keeps');
    await crash(stage.plane, KINDNET, 'moves');
  });
  const ran = await reassign();
  t.is(ran.code, 0, ran.stderr);
  t.notRegex(ran.stderr, /the other nodes have their routes to them/);
  t.regex(ran.stderr, /^Not verified: .*routes of the peers/m);
  t.regex(
    ran.stderr,
    /^Left to you:\n.* {2}- look whether [\w, ]*keeps[\w, ]* have their routes: their kindnet pods do not run$/ms,
  );
});

test.serial('where nothing is left behind pods are made anew, with addresses of the new subnet', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await deploy(stage.plane, ['keeps', 'moves'], ANTREA, WORKLOAD);
  const before = await uidOf(WORKLOAD);
  const others = [await uidOf(ANTREA, 'keeps'), await uidOf(WORKLOAD, 'keeps')];
  t.regex(await addressOf(WORKLOAD), /^10\.244\.77\./);
  const ran = await reassign();
  t.is(ran.code, 0, ran.stderr);
  t.not(await uidOf(WORKLOAD), before);
  t.regex(await addressOf(WORKLOAD), /^10\.244\.9\./);
  t.notRegex(ran.stderr, /^Left to you:/m);
  t.deepEqual([await uidOf(ANTREA, 'keeps'), await uidOf(WORKLOAD, 'keeps')], others, 'no pod of another node');
});

test.serial(
  'pods that get foreign addresses each time are not deleted for ever: what gives them is to be found',
  async (t) => {
    await createTwins(stage.plane, 'keeps', 'moves');
    await deploy(stage.plane, ['keeps', 'moves'], ANTREA, WORKLOAD);
    const from = stage.plane.auditEvents().length;
    astray = true;
    const ran = await reassign().finally(() => {
      astray = false;
    });
    t.is(ran.code, 0, ran.stderr);
    t.is(deletedPods(from).filter((name) => name === WORKLOAD.name).length, 5);
    t.regex(
      ran.stderr,
      /^ {2}- after \d+ s not all pods of moves have addresses of 10\.244\.9\.0\/24 \(default\/workload-\w+\); see where theirs come from:$/m,
    );
    t.regex(ran.stderr, /^ {6}kubectl podcidr inspect moves --helper-pod=always$/m);
  },
);

const POD = '/api/v1/namespaces/default/pods';

/** Pods of a ReplicaSet that run on `moves`; one of them keeps something in an emptyDir. */
async function createWeb(): Promise<Map<string, string | undefined>> {
  const scratch = { volumes: [{ name: 'cache', emptyDir: {} }] };
  const created = await createReplicas(stage.plane.api, 'moves', { plain: {}, scratch });
  const runs = async (name: string) => (await stage.plane.api.get(`${POD}/${name}`)).status?.podIP !== undefined;
  await until(async () => (await runs('plain')) && (await runs('scratch')), 20_000);
  return new Map(created.map(({ metadata: { name, uid } }) => [name, uid]));
}
const uidOfPod = async (name: string) => (await stage.plane.api.find(`${POD}/${name}`))?.metadata.uid;

test.serial('what is in an emptyDir is not deleted unasked: the pod is left, with the command', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await deploy(stage.plane, ['keeps', 'moves'], ANTREA);
  t.teardown(() => deleteReplicas(stage.plane.api));
  const web = await createWeb();
  const ran = await reassign('--drain=false');
  t.is(ran.code, 0, ran.stderr);
  t.is(await uidOfPod('scratch'), web.get('scratch'));
  t.is(await uidOfPod('plain'), undefined, 'its ReplicaSet creates another');
  const told = ran.stderr.match(
    /^ +- pods of moves with emptyDir volumes .*: default\/scratch:\n +kubectl delete pod -n default scratch$/gm,
  );
  t.is(told?.length, 2, `beforehand and in the end: ${ran.stderr}`);
});

test.serial('pods that --pod-selector leaves out of the drain are not deleted afterwards either', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await deploy(stage.plane, ['keeps', 'moves'], ANTREA, WORKLOAD);
  t.teardown(() => deleteReplicas(stage.plane.api));
  await createWeb();
  const workload = await uidOf(WORKLOAD);
  const ran = await reassign('--pod-selector=app=web', '--delete-emptydir-data');
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual([await uidOfPod('plain'), await uidOfPod('scratch')], [undefined, undefined]);
  t.is(await uidOf(WORKLOAD), workload);
  const told = ran.stderr.match(/^ +- pods of moves that --pod-selector leaves out .*: default\/workload-\w+:$/gm);
  t.is(told?.length, 2, `beforehand and in the end: ${ran.stderr}`);
});

test.serial('--after-care=none: nothing on the nodes is touched', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  await deploy(stage.plane, ['keeps', 'moves'], ANTREA, WORKLOAD);
  const before = [await uidOf(ANTREA), await uidOf(WORKLOAD)];
  const ran = await reassign('--after-care=none');
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual([await uidOf(ANTREA), await uidOf(WORKLOAD)], before);
  t.regex(ran.stderr, /^ {2}- the CNI on moves uses 10\.244\.77\.0\/24 until it is restarted/m);
  t.notRegex(ran.stderr, /After-care|^Left to you:$/m);
});

const isDeletionOf = (wish: DaemonSetWish) => (request: SeenRequest) =>
  request.method === 'DELETE' && request.path.includes(`/pods/${wish.name}-`);
const KILLS: [where: string, fits: (request: SeenRequest) => boolean, when: 'before' | 'after'][] = [
  ['before it is stored which pod of the CNI is restarted', isSaved('settled'), 'before'],
  ['once it is stored which pod of the CNI is restarted', isSaved('settled'), 'after'],
  ["once the CNI's pod is deleted", isDeletionOf(ANTREA), 'after'],
  ['before it is stored which pods are made anew', isSaved('cleaned'), 'before'],
  ['once it is stored which pods are made anew', isSaved('cleaned'), 'after'],
  ['once a pod with an old address is deleted', isDeletionOf(WORKLOAD), 'after'],
  ['before the last step is stored', isSaved('finished'), 'before'],
];

for (const [where, fits, when] of KILLS) {
  test.serial(`killed ${where}: resume goes on, and restarts nothing twice`, async (t) => {
    await createTwins(stage.plane, 'keeps', 'moves');
    await deploy(stage.plane, ['keeps', 'moves'], ANTREA, WORKLOAD);
    const before = { agent: await uidOf(ANTREA), workload: await uidOf(WORKLOAD) };
    const from = stage.plane.auditEvents().length;
    await stage.killed(REASSIGN, fits, when);
    const ran = await stage.runElsewhere(['resume']);
    t.is(ran.code, 0, ran.stderr);
    t.is((await getNode(stage.plane, 'moves')).spec?.podCIDR, '10.244.9.0/24');
    t.not(await uidOf(ANTREA), before.agent);
    t.not(await uidOf(WORKLOAD), before.workload);
    t.regex(await addressOf(WORKLOAD), /^10\.244\.9\./);
    t.notRegex(ran.stderr, /^Left to you:/m);
    t.deepEqual(deletedPods(from).sort(), [ANTREA.name, WORKLOAD.name]);
  });
}

test.serial('a Node lost after its after-care was interrupted is restored with its new subnet', async (t) => {
  await stage.create('moves', ['10.244.77.0/24']);
  await deploy(stage.plane, ['moves'], ANTREA, WORKLOAD);
  await stage.killed(REASSIGN, isDeletionOf(WORKLOAD), 'after');
  const [cluster = ''] = readdirSync(stage.stateDir);
  const [id = ''] = readdirSync(join(stage.stateDir, cluster));
  const record = join(stage.elsewhere(), 'moves.record');
  copyFileSync(join(stage.stateDir, cluster, id, 'moves.record'), record);
  t.is(JSON.parse(readFileSync(record, 'utf8')).record.step, 'cleaned');
  await stage.plane.api.delete('/api/v1/nodes/moves');
  // Until its lock expires it may still be at work.
  t.true(await until(async () => (await stage.run(['operations', 'prune', id])).code === 0, 20_000));
  const ran = await stage.runElsewhere(['restore', '-f', record, '--cooldown=0s']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await stage.subnet('moves'), '10.244.9.0/24');
});

test.serial('rolled back in the middle of after-care: it is done for the former subnet alone', async (t) => {
  await stage.create('moves', ['10.244.77.0/24']);
  await deploy(stage.plane, ['moves'], ANTREA, WORKLOAD);
  await stage.killed(REASSIGN, isDeletionOf(ANTREA), 'after');
  const ran = await stage.runElsewhere(['rollback', '--cooldown=0s']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await stage.subnet('moves'), '10.244.77.0/24');
  t.regex(await addressOf(WORKLOAD), /^10\.244\.77\./);
  t.is(ran.stderr.match(/restarting antrea/g)?.length, 1, ran.stderr);
});

test.serial('an empty node gets its subnet and its CNI a new start', async (t) => {
  await stage.plane.controllerManager(['--allocate-node-cidrs=false']);
  try {
    await stage.plane.api.post('/api/v1/nodes', node('empty'));
    await deploy(stage.plane, ['empty'], ANTREA);
    const before = await uidOf(ANTREA, 'empty');
    const ran = await stage.run(['reassign', 'empty', '--cidr=10.244.9.0/24', NO_RESTART]);
    t.is(ran.code, 0, ran.stderr);
    t.is(await stage.subnet('empty'), '10.244.9.0/24');
    t.not(await uidOf(ANTREA, 'empty'), before);
  } finally {
    await stage.plane.controllerManager(['--allocate-node-cidrs=true']);
  }
});
