import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import type { SeenRequest } from '../../harness/fault-proxy.ts';
import { createNodes, node } from '../../harness/node.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { createOwned, getNode, OWNED } from '../reassign/support.ts';
import { isPost, MAPS, operationOf, type Stage, startStage, withoutManagers } from './support.ts';

const SUBNET = '10.244.77.0/24';

let stage: Stage;
test.before(async () => {
  stage = await startStage();
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

/** The file of `kubectl get nodes -o yaml`, or what else kubectl prints. */
async function dump(args = ['get', 'nodes', '-o', 'yaml']): Promise<string> {
  const { stdout } = await stage.plane.kubectl(args);
  const file = join(stage.elsewhere(), 'dump');
  writeFileSync(file, stdout);
  return file;
}

/** Deletes it by hand, as kubectl does it. */
async function lose(name: string): Promise<void> {
  await stage.plane.api.delete(`/api/v1/nodes/${name}`);
}

const restore = (file: string, ...args: string[]) => stage.run(['restore', '-f', file, ...args]);

const isReady = async (name: string) => {
  const { status } = await getNode(stage.plane, name);
  const conditions = status?.conditions as { type: string; status: string }[] | undefined;
  return conditions?.find(({ type }) => type === 'Ready')?.status;
};

/** The backup of a reassignment of `worker`, and the Node as it was before it. */
async function backUp() {
  const before = await stage.create('worker', [SUBNET]);
  await createOwned(stage.plane, before);
  const ran = await stage.run(['reassign', 'worker']);
  if (ran.code !== 0) throw new Error(ran.stderr);
  const moved = await getNode(stage.plane, 'worker');
  const [cluster = ''] = readdirSync(stage.stateDir);
  const [operation = ''] = readdirSync(join(stage.stateDir, cluster));
  return { before, moved, folder: join(stage.stateDir, cluster, operation) };
}

test.serial('a Node deleted by hand comes back from kubectl get nodes -o yaml, with what it owned', async (t) => {
  const before = await stage.create('worker', [SUBNET]);
  await createOwned(stage.plane, before);
  const file = await dump();
  await lose('worker');
  const ran = await restore(file);
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, `node/worker restored (${SUBNET} → ${SUBNET})\n`);
  const after = await getNode(stage.plane, 'worker');
  t.is(after.spec?.podCIDR, SUBNET);
  t.deepEqual(withoutManagers(after), withoutManagers(before));
  t.regex(ran.stderr, /does not say which cluster it is of/);
  const owned = await stage.plane.api.find(OWNED);
  // The garbage collector may have been quicker; what is there is owned again.
  if (owned) t.is(owned.metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
});

test.serial('its heartbeat is renewed, so that it is not taken for dead at once', async (t) => {
  await stage.create('worker', [SUBNET]);
  const file = await dump(['get', 'node', 'worker', '-o', 'json']);
  const old = readFileSync(file, 'utf8').replaceAll(
    /"lastHeartbeatTime": "[^"]*"/g,
    '"lastHeartbeatTime": "2025-01-01T00:00:00Z"',
  );
  writeFileSync(file, old);
  await lose('worker');
  const ran = await restore(file);
  t.is(ran.code, 0, ran.stderr);
  const turned = await until(async () => (await isReady('worker')) !== 'True', 12_000);
  t.false(turned);
});

for (const [name, fileOf] of [
  ['NODE.record', 'worker.record'],
  ['NODE.json', 'worker.json'],
] as const) {
  test.serial(`a Node lost after it was moved comes back from ${name} of our backup`, async (t) => {
    const { folder, moved } = await backUp();
    await lose('worker');
    const ran = await stage.runElsewhere(['restore', '-f', join(folder, fileOf), '--cooldown=0s']);
    t.is(ran.code, 0, ran.stderr);
    const after = await getNode(stage.plane, 'worker');
    t.is(after.spec?.podCIDR, '10.244.255.0/24');
    if (name === 'NODE.record') {
      t.deepEqual(withoutManagers(after), withoutManagers(moved));
      const owned = await stage.plane.api.find(OWNED);
      if (owned) t.is(owned.metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
      return;
    }
    // The copy for kubectl was made while the node was cordoned: that is said.
    t.true(after.spec?.unschedulable);
    t.regex(ran.stderr, /worker is cordoned in .*worker\.json and stays so: kubectl uncordon worker/);
    t.deepEqual(after.metadata.annotations?.['kubectl-podcidr/operation'], undefined);
  });
}

test.serial('what it owned and is detached still is owned again, from the record', async (t) => {
  const before = await stage.create('worker', [SUBNET]);
  await createOwned(stage.plane, before);
  await stage.killed(['reassign', 'worker'], isPost);
  const [cluster = ''] = readdirSync(stage.stateDir);
  const [id = ''] = readdirSync(join(stage.stateDir, cluster));
  const record = join(stage.elsewhere(), 'worker.record');
  writeFileSync(record, readFileSync(join(stage.stateDir, cluster, id, 'worker.record')));
  // Until its lock expires it may still be at work.
  await until(async () => (await stage.run(['operations', 'prune', id])).code === 0, 20_000);
  t.deepEqual(await stage.maps(), []);
  const ran = await stage.runElsewhere(['restore', '-f', record]);
  t.is(ran.code, 0, ran.stderr);
  const after = await getNode(stage.plane, 'worker');
  t.is(after.spec?.podCIDR, SUBNET);
  t.deepEqual(withoutManagers(after), withoutManagers(before));
  t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
});

test.serial('when its subnet is taken by now it gets a free one; one that is named is given, or refused', async (t) => {
  await stage.create('worker', [SUBNET]);
  const file = await dump(['get', 'node', 'worker', '-o', 'json']);
  await lose('worker');
  await createNodes(stage.plane.api, [node('newcomer', { podCIDRs: [SUBNET] })]);
  const refused = await restore(file, `worker=${SUBNET}`);
  t.is(refused.code, 2);
  t.is(refused.stdout, '');
  t.regex(refused.stderr, /worker cannot have 10\.244\.77\.0\/24: .* held by node newcomer/);
  const ran = await restore(file);
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, `node/worker restored (${SUBNET} → 10.244.255.0/24)\n`);
  await lose('worker');
  const named = await restore(file, 'worker=10.244.99.0/24', '-o', 'json');
  t.is(named.code, 0, named.stderr);
  t.is(schemaErrors('operation', operationOf(named)), '');
  t.is(await stage.subnet('worker'), '10.244.99.0/24');
});

test.serial('a dry run shows the plan and posts nothing', async (t) => {
  await stage.create('worker', [SUBNET]);
  const file = await dump(['get', 'node', 'worker', '-o', 'yaml']);
  await lose('worker');
  for (const mode of ['client', 'server']) {
    const ran = await restore(file, `--dry-run=${mode}`);
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stdout, /worker +10\.244\.77\.0\/24 +10\.244\.77\.0\/24 +create/);
    t.is(await stage.plane.api.find('/api/v1/nodes/worker'), undefined);
    t.deepEqual(await stage.maps(), []);
  }
});

test.serial('refused, and nothing is written: a Node that is there, files that are not what is needed', async (t) => {
  await stage.create('worker', [SUBNET]);
  const there = await dump(['get', 'nodes', 'worker', '-o', 'yaml']);
  const { folder } = { folder: stage.elsewhere() };
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const before = await stage.standing();
  const cases: [string[], RegExp][] = [
    [[there, 'worker'], /worker is not moved: a Node of this name is there now \(uid .*\)/],
    [[there], /every Node of .* is there now, so there is nothing to restore/],
    [[there, 'nobody'], /node "nobody" is not in /],
    [[file('empty.yaml', '')], /empty\.yaml is empty/],
    [[file('cut.json', '{"kind":"Node","metadata":{"na')], /cut\.json/],
    [[file('pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n')], /no Node in it/],
    [[join(folder, 'nothing.yaml')], /nothing\.yaml/],
    [[file('name.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {name: ../etc}\n')], /no server accepts/],
    [
      [file('twice.yaml', `${readFileSync(there, 'utf8')}---\n${readFileSync(there, 'utf8')}`), 'worker'],
      /more than once/,
    ],
  ];
  for (const [args, reason] of cases) {
    const [from = '', ...more] = args;
    const ran = await restore(from, ...more);
    t.is(ran.code, 2, `${args}\n${ran.stderr}`);
    t.is(ran.stdout, '', String(args));
    t.regex(ran.stderr, reason);
    t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
  }
  t.deepEqual(await stage.standing(), before);
  t.deepEqual(await stage.maps(), []);
});

test.serial('a record that was edited, and one of another cluster, are refused', async (t) => {
  const { folder } = await backUp();
  await lose('worker');
  const text = readFileSync(join(folder, 'worker.record'), 'utf8');
  const edited = join(stage.elsewhere(), 'worker.record');
  writeFileSync(edited, text.replace('10.244.255.0/24', '10.244.254.0/24'));
  const ran = await restore(edited);
  t.is(ran.code, 2);
  t.regex(ran.stderr, /worker\.record cannot be used: it was edited or cut/);
  const other = await startStage();
  try {
    const foreign = await other.run(['restore', '-f', join(folder, 'worker.record')], { stateDir: other.elsewhere() });
    t.is(foreign.code, 2);
    t.is(foreign.stdout, '');
    t.regex(foreign.stderr, /node worker of .*worker\.record is of another cluster/);
    t.is(await other.plane.api.find('/api/v1/nodes/worker'), undefined);
    // What another cluster's operation needs is not looked for in this one either.
    const [id = ''] = folder.split('/').slice(-1);
    const resumed = await other.run(['resume', id], { stateDir: stage.stateDir });
    t.is(resumed.code, 2);
    t.regex(resumed.stderr, new RegExp(`operation "${id}" belongs to another cluster`));
  } finally {
    await other.stop();
  }
});

for (const [recovery, there] of [
  ['resume', true],
  ['rollback', false],
] as const) {
  test.serial(
    `killed at the POST, it is ${there ? 'finished by resume' : 'given up by rollback'} elsewhere`,
    async (t) => {
      const before = await stage.create('worker', [SUBNET]);
      const file = await dump();
      await lose('worker');
      await stage.killed(['restore', '-f', file], isPost);
      const ran = await stage.runElsewhere([recovery]);
      t.is(ran.code, 0, ran.stderr);
      const after = await stage.plane.api.find('/api/v1/nodes/worker');
      t.is(after !== undefined, there);
      if (after) t.deepEqual(withoutManagers(after), withoutManagers(before));
      t.true((await stage.operations()).every(({ state }) => ['finished', 'rolledBack'].includes(state)));
      t.true((await stage.plane.api.list(MAPS)).length > 0);
    },
  );
}

test.serial('killed after the POST, it is finished by resume elsewhere', async (t) => {
  const before = await stage.create('worker', [SUBNET]);
  const file = await dump();
  await lose('worker');
  await stage.killed(['restore', '-f', file], isPost, 'after');
  const ran = await stage.runElsewhere(['resume']);
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(withoutManagers(await getNode(stage.plane, 'worker')), withoutManagers(before));
});

test.serial(
  'a subnet that another node was given while the restore was interrupted is not shared by resume',
  async (t) => {
    const before = await stage.create('worker', [SUBNET]);
    const file = await dump();
    await lose('worker');
    await stage.killed(['restore', '-f', file], isPost);
    await createNodes(stage.plane.api, [node('newcomer', { podCIDRs: [SUBNET] })]);
    const ran = await stage.runElsewhere(['resume']);
    t.is(ran.code, 0, ran.stderr);
    t.regex(
      ran.stderr,
      /^10\.244\.77\.0\/24 was taken by another node meanwhile; node\/worker gets 10\.244\.255\.0\/24$/m,
    );
    const after = await getNode(stage.plane, 'worker');
    t.deepEqual(after.spec?.podCIDRs, ['10.244.255.0/24']);
    t.deepEqual(withoutManagers(after), withoutManagers(before));
  },
);

test.serial('a subnet that is taken while the restore is begun is not shared either', async (t) => {
  await stage.create('worker', [SUBNET]);
  const file = await dump();
  await lose('worker');
  const stores = ({ method, path }: SeenRequest) => method === 'POST' && path.startsWith(MAPS);
  stage.before(stores, () => createNodes(stage.plane.api, [node('newcomer', { podCIDRs: [SUBNET] })]));
  const ran = await restore(file);
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, `node/worker restored (${SUBNET} → 10.244.255.0/24)\n`);
  t.is(await stage.subnet('worker'), '10.244.255.0/24');
});

test.serial(
  'one that was named and is taken while the restore was interrupted is not posted, and the way on is told',
  async (t) => {
    await stage.create('worker', [SUBNET]);
    const file = await dump(['get', 'node', 'worker', '-o', 'json']);
    await lose('worker');
    await stage.killed(['restore', '-f', file, `worker=${SUBNET}`], isPost);
    await createNodes(stage.plane.api, [node('newcomer', { podCIDRs: [SUBNET] })]);
    const ran = await stage.run(['resume']);
    t.is(ran.code, 3, ran.stderr);
    t.regex(
      ran.stderr,
      /^error: node worker is not finished: 10\.244\.77\.0\/24 was taken by another node meanwhile$/m,
    );
    const [, id = ''] = /^10\.244\.255\.0\/24 is free; .*kubectl podcidr rollback (\S+), then/m.exec(ran.stderr) ?? [];
    t.is(await stage.plane.api.find('/api/v1/nodes/worker'), undefined);
    const back = await stage.run(['rollback', id]);
    t.is(back.code, 0, back.stderr);
    const again = await restore(file, 'worker=10.244.99.0/24');
    t.is(again.code, 0, again.stderr);
    t.is(await stage.subnet('worker'), '10.244.99.0/24');
  },
);

test.serial('a Node that the earlier run has posted keeps its subnet, whoever took that since', async (t) => {
  await stage.create('worker', [SUBNET]);
  const file = await dump();
  await lose('worker');
  await stage.killed(['restore', '-f', file], isPost, 'after');
  const { uid } = (await getNode(stage.plane, 'worker')).metadata;
  await createNodes(stage.plane.api, [node('newcomer', { podCIDRs: [SUBNET] })]);
  const ran = await stage.runElsewhere(['resume']);
  t.notRegex(ran.stderr, /was taken by another node/);
  const after = await getNode(stage.plane, 'worker');
  t.is(after.metadata.uid, uid);
  t.is(after.spec?.podCIDR, SUBNET);
});
