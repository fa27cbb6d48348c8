import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
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
import { type Stage, startStage } from '../operations/support.ts';
import { createTwins, getNode } from './support.ts';

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

const REASSIGN = ['reassign', 'moves', '--ignore-daemonsets', '--allocator-restart=never'];
const reassign = (...args: string[]) => stage.run([...REASSIGN, '--cidr=10.244.9.0/24', ...args]);
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
});

test.serial(
  'a CNI that does not come back on the node is no success: exit 1, and its log or DaemonSet is named',
  async (t) => {
    await createTwins(stage.plane, 'keeps', 'moves');
    await deploy(stage.plane, ['keeps', 'moves'], ANTREA);
    stage.before(isDeletionOf(ANTREA), () =>
      stage.plane.api.patch(`/apis/apps/v1/namespaces/${ANTREA.namespace}/daemonsets/${ANTREA.name}`, {
        spec: { updateStrategy: { type: 'OnDelete' }, template: { spec: { nodeSelector: { no: 'node' } } } },
      }),
    );
    const ran = await stage.run([...REASSIGN, '--cidr=10.244.9.0/24'], {
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
    await stage.killed(
      ['reassign', 'moves', '--cidr=10.244.9.0/24', '--ignore-daemonsets', '--allocator-restart=never'],
      fits,
      when,
    );
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
  await stage.killed(
    ['reassign', 'moves', '--cidr=10.244.9.0/24', '--ignore-daemonsets', '--allocator-restart=never'],
    isDeletionOf(WORKLOAD),
    'after',
  );
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
  await stage.killed(
    ['reassign', 'moves', '--cidr=10.244.9.0/24', '--ignore-daemonsets', '--allocator-restart=never'],
    isDeletionOf(ANTREA),
    'after',
  );
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
    const ran = await stage.run(['reassign', 'empty', '--cidr=10.244.9.0/24', '--allocator-restart=never']);
    t.is(ran.code, 0, ran.stderr);
    t.is(await stage.subnet('empty'), '10.244.9.0/24');
    t.not(await uidOf(ANTREA, 'empty'), before);
  } finally {
    await stage.plane.controllerManager(['--allocate-node-cidrs=true']);
  }
});
