import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { createNodes, node, pod } from '../../harness/node.ts';
import { runPodcidr, TEST_HOME } from '../../harness/program.ts';
import { schemaErrors } from '../../harness/schema.ts';
import {
  comparable,
  createOwned,
  createTwins,
  getNode,
  hasNotReadyTaint,
  NO_RESTART,
  OWNED,
  ownedBy,
} from './support.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(() => plane.clear());

const run = (...args: string[]) => runPodcidr(['reassign', NO_RESTART, ...args], { kubeconfig: plane.kubeconfig });

test.serial('a duplicate gets the subnet asked for, and every other field of the Node is as before', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await plane.kubectl(['label', 'node', 'moves', 'team=a']);
  await plane.kubectl(['annotate', 'node', 'moves', 'note=with "quotes" and ünïcode']);
  await plane.kubectl(['taint', 'node', 'moves', 'dedicated=x:NoExecute']);
  await plane.kubectl(['cordon', 'moves']);
  // kube-controller-manager adds the taint of a cordoned node in its own time.
  await until(
    async () => JSON.stringify((await getNode(plane, 'moves')).spec?.taints).includes('unschedulable'),
    10_000,
  );
  const before = await getNode(plane, 'moves');
  const ran = await run('moves=10.244.9.0/24', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.9.0/24)\n');
  const after = await getNode(plane, 'moves');
  t.like(after.spec, { podCIDR: '10.244.9.0/24', podCIDRs: ['10.244.9.0/24'] });
  t.not(after.metadata.uid, before.metadata.uid);
  t.deepEqual(comparable(after), comparable(before));
  t.is((await getNode(plane, 'keeps')).spec?.podCIDR, '10.244.77.0/24');
});

test.serial('without a wish the highest free subnet is given out', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const ran = await run('moves', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
});

test.serial(
  'what the Node owned lives on 30 s later with the new owner, and the not-ready taint is gone',
  async (t) => {
    const [before] = await createNodes(plane.api, [node('owner')]);
    if (!before) return t.fail('no node');
    const ownerReferences = ownedBy(before);
    const mirror = { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.source': 'file' };
    await plane.api.post('/apis/storage.k8s.io/v1/csinodes', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name: 'owner', ownerReferences },
      spec: { drivers: [] },
    });
    await createOwned(plane, before);
    await plane.api.post(
      '/api/v1/namespaces/default/pods',
      pod('static-owner', 'owner', {
        metadata: { name: 'static-owner', annotations: mirror, ownerReferences },
      }),
    );
    const owned = ['/apis/storage.k8s.io/v1/csinodes/owner', OWNED, '/api/v1/namespaces/default/pods/static-owner'];
    const uids = await Promise.all(owned.map(async (path) => (await plane.api.get(path)).metadata.uid));
    const ran = await run('owner', '--yes');
    t.is(ran.code, 0, ran.stderr);
    t.true(await until(async () => !(await hasNotReadyTaint(plane, 'owner')), 10_000), 'the not-ready taint is gone');
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    const after = await getNode(plane, 'owner');
    for (const [index, path] of owned.entries()) {
      const object = await plane.api.find(path);
      t.is(object?.metadata.uid, uids[index], `${path} is the same object`);
      t.deepEqual(
        object?.metadata.ownerReferences?.map(({ uid }) => uid),
        [after.metadata.uid],
        path,
      );
    }
  },
);

test.serial('the journal holds the Node on disk, as kubectl create accepts it, and in the cluster', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const before = await getNode(plane, 'moves');
  const ran = await runPodcidr(['reassign', 'moves', NO_RESTART, '--yes', '-o', 'json'], {
    kubeconfig: plane.kubeconfig,
  });
  t.is(ran.code, 0, ran.stderr);
  const operation = JSON.parse(ran.stdout);
  t.is(schemaErrors('operation', operation), '');
  t.like(operation, { apiVersion: 'kubectl-podcidr/v1', kind: 'Operation', state: 'finished' });
  t.like(operation.moves[0], { node: 'moves', from: ['10.244.77.0/24'], to: ['10.244.255.0/24'], step: 'finished' });
  const cluster = (await plane.api.get('/api/v1/namespaces/kube-system')).metadata.uid ?? '';
  const folder = join(TEST_HOME, '.local/state/kubectl-podcidr', cluster, operation.id);
  t.deepEqual(readdirSync(folder).sort(), ['moves.json', 'moves.record', 'operation.manifest']);
  t.is(statSync(join(folder, 'moves.json')).mode & 0o777, 0o600);
  const dryRun = await plane.kubectl(['create', '--dry-run=client', '-o', 'json', '-f', join(folder, 'moves.json')]);
  t.is(dryRun.code, 0, dryRun.stderr);
  const { record } = JSON.parse(readFileSync(join(folder, 'moves.record'), 'utf8'));
  t.like(record, { schema: 1, clusterUID: cluster, node: 'moves', uid: before.metadata.uid, step: 'finished' });
  const maps = await plane.api.list(
    `/api/v1/namespaces/kube-system/configmaps?labelSelector=kubectl-podcidr/operation=${operation.id},!kubectl-podcidr/state`,
  );
  const stored = (maps[0]?.binaryData as { record: string } | undefined)?.record ?? '';
  t.deepEqual(JSON.parse(gunzipSync(Buffer.from(stored, 'base64')).toString()), record);
});

test.serial('a node without a subnet is patched: same uid, nothing deleted', async (t) => {
  await plane.controllerManager(['--allocate-node-cidrs=false']);
  await plane.api.post('/api/v1/nodes', node('empty'));
  const before = await getNode(plane, 'empty');
  const ran = await run('empty', '--yes', '--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24');
  await plane.controllerManager([]);
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, 'node/empty reassigned (<none> → 10.244.255.0/24)\n');
  const after = await getNode(plane, 'empty');
  t.is(after.metadata.uid, before.metadata.uid);
  t.is(after.spec?.podCIDR, '10.244.255.0/24');
});

test.serial('several nodes move one after another, each to a subnet of its own', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await createNodes(plane.api, [node('third', { podCIDRs: ['10.244.77.0/24'] })]);
  const ran = await run('moves', 'third', '--yes');
  t.is(ran.code, 0, ran.stderr);
  const subnets = await Promise.all(
    ['keeps', 'moves', 'third'].map(async (name) => (await getNode(plane, name)).spec?.podCIDR),
  );
  t.is(new Set(subnets).size, 3);
});

test.serial('annotations that hold the old subnet are rewritten, so that nothing brings it back', async (t) => {
  const annotations = { 'kube-router.io/pod-cidr': '10.244.77.0/24' };
  await plane.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify(node('derived', { podCIDRs: ['10.244.77.0/24'], annotations })),
  });
  const ran = await run('derived', '--cidr=10.244.8.0/24', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /kube-router\.io\/pod-cidr is rewritten/);
  const after = await getNode(plane, 'derived');
  t.is(after.metadata.annotations?.['kube-router.io/pod-cidr'], '10.244.8.0/24');
  const applied = JSON.parse(after.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '{}');
  t.is(applied.spec.podCIDR, '10.244.8.0/24');
});

test.serial('the Node is absent for one round trip: watchers see DELETED and ADDED in this order, once', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const events: string[] = [];
  const stop = await plane.api.watch('/api/v1/nodes?fieldSelector=metadata.name=moves', ({ type }) =>
    events.push(type),
  );
  await run('moves', '--yes');
  await until(() => events.includes('DELETED'), 2_000);
  stop();
  const swap = events.slice(events.indexOf('DELETED'));
  t.is(swap[1], 'ADDED');
  t.is(events.filter((type) => type === 'DELETED').length, 1);
});

test.serial('a dry run writes nothing, and prints the plan or the Node that would be posted', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const from = plane.auditEvents().length;
  const plain = await run('moves', '--dry-run=client');
  const json = await run('moves', '--dry-run', '-o', 'json');
  const printed = await run('moves', '--dry-run=client', '--print=node');
  t.deepEqual([plain.code, json.code, printed.code], [0, 0, 0], plain.stderr + json.stderr + printed.stderr);
  t.regex(plain.stdout, /moves +10\.244\.77\.0\/24 +10\.244\.255\.0\/24 +delete and create/);
  t.regex(plain.stdout, /Left to you/);
  t.is(schemaErrors('reassign-plan', JSON.parse(json.stdout)), '');
  t.like(JSON.parse(json.stdout), { kind: 'ReassignPlan', refused: [] });
  const list = JSON.parse(printed.stdout);
  t.is(list.items[0].spec.podCIDR, '10.244.255.0/24');
  t.is(list.items[0].metadata.resourceVersion, undefined);
  const writes = plane
    .auditEvents()
    .slice(from)
    .filter(
      ({ verb, userAgent }) => userAgent?.startsWith('kubectl-podcidr') && !['get', 'list', 'watch'].includes(verb),
    );
  t.deepEqual(writes, []);
});
