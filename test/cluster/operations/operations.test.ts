import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { seal } from '../../../src/operate/journal/seal.ts';
import { createNodes, node } from '../../harness/node.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { getNode, NO_RESTART } from '../reassign/support.ts';
import { isDelete, isPost, MAPS, operationOf, type Stage, startStage, withoutManagers } from './support.ts';

/** Two that move, one after the other. */
const A = '10.244.11.0/24';
const B = '10.244.12.0/24';

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

const DAY = 24 * 3600 * 1000;
const ID = /^\d{8}-\d{6}-[0-9a-f]{6}$/;

/** Moves these nodes and returns the operation's id. */
async function moved(...args: string[]): Promise<string> {
  const ran = await stage.run(['reassign', ...args, '-o', 'json']);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return operationOf(ran).id;
}

/** Makes an operation as old as if its records had been written then, in the cluster and on this disk. */
async function age(id: string, days: number): Promise<string> {
  const long = new Date(Date.now() - days * DAY).toISOString();
  const old = `${long.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${id.slice(-6)}`;
  const aged = (value: RawObject): RawObject => ({ ...value, operation: old, at: long, startedAt: long });
  for (const map of await stage.maps()) {
    const { name, labels, annotations } = map.metadata;
    if (labels?.['kubectl-podcidr/operation'] !== id) continue;
    const { record = '' } = map.binaryData as Record<string, string>;
    const { text, digest } = seal(aged(JSON.parse(gunzipSync(Buffer.from(record, 'base64')).toString())));
    await stage.plane.api.delete(`${MAPS}/${name}`);
    await stage.plane.api.post(MAPS, {
      metadata: {
        name: name.replace(id, old),
        labels: { ...labels, 'kubectl-podcidr/operation': old },
        annotations: { ...annotations, 'kubectl-podcidr/sha256': digest },
      },
      binaryData: { record: gzipSync(text).toString('base64') },
    });
  }
  await stage.run(['operations', 'prune', id]);
  return old;
}

test.serial('operations lists what was started, oldest first, as a table and by its schema', async (t) => {
  t.regex((await stage.run(['operations'])).stderr, /No operations found/);
  await stage.create('a', [A]);
  const id = await moved('a');
  await stage.killed(['rollback', id], isPost);
  const table = await stage.run(['operations']);
  t.is(table.code, 0, table.stderr);
  const [header, first, second] = table.stdout
    .split('\n')
    .map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
  t.deepEqual(header, ['ID', 'VERB', 'STATE', 'DONE', 'BY', 'AGE']);
  t.deepEqual(first?.slice(0, 4), [id, 'reassign', 'finished', '1/1']);
  t.is(second?.[1], 'rollback');
  t.regex(first?.[4] ?? '', /^\S+@\S+$/);
  t.is((await stage.run(['operations', '--no-headers'])).stdout.split('\n').length, 3);
  const list = JSON.parse((await stage.run(['operations', '-o', 'json'])).stdout);
  t.is(schemaErrors('operation-list', list), '');
  // Until its lock expires it may still be at work.
  const listed = async () => (await stage.operations()).map(({ state }) => state);
  t.true(await until(async () => (await listed())[1] === 'interrupted', 20_000));
  t.is((await listed())[0], 'finished');
  const yaml = await stage.run(['operations', '-o', 'yaml']);
  t.regex(yaml.stdout, /^apiVersion: kubectl-podcidr\/v1\nkind: OperationList\n/);
  const one = operationOf(await stage.run(['operations', id, '-o', 'json']));
  t.is(schemaErrors('operation', one), '');
  t.deepEqual(one.moves, [{ node: 'a', from: [A], to: ['10.244.255.0/24'], step: 'finished' }]);
});

test.serial('an unknown id is refused with the nearest one, by every command', async (t) => {
  await stage.create('a', [A]);
  const id = await moved('a');
  const typo = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
  const before = await stage.standing();
  for (const args of [
    ['operations', typo],
    ['operations', 'prune', typo],
    ['resume', typo],
    ['rollback', typo],
  ]) {
    const ran = await stage.run(args);
    t.is(ran.code, 2, args.join(' '));
    t.is(ran.stdout, '');
    t.regex(
      ran.stderr,
      new RegExp(`there is no operation "${typo}"; did you mean ${id}\\?\\nkubectl podcidr operations`),
    );
  }
  t.deepEqual(await stage.standing(), before);
  t.is((await stage.operations()).length, 1);
});

test.serial('prune removes what is older than 30 days; so does the end of the next operation', async (t) => {
  await stage.create('a', [A]);
  const kept = await age(await moved('a=10.244.50.0/24'), 29);
  const old = await age(await moved('a=10.244.51.0/24'), 31);
  t.deepEqual(
    (await stage.operations()).map(({ id }) => id),
    [old, kept],
  );
  const ran = await stage.run(['operations', 'prune']);
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, `operation/${old} pruned\n`);
  t.deepEqual(
    (await stage.operations()).map(({ id }) => id),
    [kept],
  );
  t.regex((await stage.run(['operations', 'prune'])).stderr, /No operations older than 30 days found/);
  const older = await age(await moved('a=10.244.52.0/24'), 40);
  t.true((await stage.operations()).some(({ id }) => id === older));
  const last = await moved('a=10.244.53.0/24');
  t.deepEqual(
    (await stage.operations()).map(({ id }) => id),
    [kept, last],
  );
  t.false((await stage.maps()).some(({ metadata }) => metadata.name.includes(older)));
});

test.serial('an interrupted operation is forgotten only with --yes, and its Nodes are kept', async (t) => {
  const before = await stage.create('a', [A]);
  await stage.killed(['reassign', 'a'], isPost);
  const [{ id } = { id: '' }] = await stage.operations();
  t.regex(id, ID);
  t.true(await until(async () => (await stage.operations())[0]?.state === 'interrupted', 20_000));
  const elsewhere = stage.elsewhere();
  const { runPodcidr } = await import('../../harness/program.ts');
  const refused = await runPodcidr(['operations', 'prune', id, '--state-dir', elsewhere], {
    kubeconfig: stage.plane.kubeconfig,
  });
  t.is(refused.code, 2);
  t.regex(refused.stderr, /prune changes the cluster and cannot ask here.*\n.*--yes/);
  t.is((await stage.operations()).length, 1);
  const pruned = await stage.run(['operations', 'prune', id], { stateDir: elsewhere });
  t.is(pruned.code, 0, pruned.stderr);
  t.deepEqual(await stage.maps(), []);
  const [, folder = ''] = /kubectl podcidr restore -f (\S+)\/NODE\.record/.exec(pruned.stderr) ?? [];
  const restored = await stage.runElsewhere(['restore', '-f', join(folder, 'a.record')]);
  t.is(restored.code, 0, restored.stderr);
  t.is(await stage.subnet('a'), A);
  t.deepEqual(withoutManagers(await getNode(stage.plane, 'a')), withoutManagers(before));
});

test.serial('several nodes are rolled back, the last one first; -o json prints the operation', async (t) => {
  const before = [await stage.create('a', [A]), await stage.create('b', [B])];
  const id = await moved('a', 'b');
  const ran = await stage.run(['rollback', id]);
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, `node/b rolled back (10.244.254.0/24 → ${B})\nnode/a rolled back (10.244.255.0/24 → ${A})\n`);
  const after = [await getNode(stage.plane, 'a'), await getNode(stage.plane, 'b')];
  t.deepEqual(after.map(withoutManagers), before.map(withoutManagers));
  t.deepEqual(
    after.map(({ spec }) => spec?.podCIDR),
    [A, B],
  );
  const again = await stage.run(['rollback', id]);
  t.is(again.code, 0);
  t.regex(again.stderr, /is rolled back; nothing was changed/);
});

test.serial('an operation that was interrupted between two nodes is rolled back whole', async (t) => {
  await stage.create('a', [A]);
  const b = await stage.create('b', [B]);
  let deletes = 0;
  await stage.killed(['reassign', 'a', 'b'], (request) => {
    if (isDelete(request)) deletes += 1;
    return isDelete(request) && deletes === 2;
  });
  const ran = await stage.runElsewhere(['rollback', '-o', 'json']);
  t.is(ran.code, 0, ran.stderr);
  t.is(schemaErrors('operation', operationOf(ran)), '');
  t.deepEqual([await stage.subnet('a'), await stage.subnet('b')], [A, B]);
  // It was never deleted.
  t.is((await getNode(stage.plane, 'b')).metadata.uid, b.metadata.uid);
  t.deepEqual(
    (await stage.operations()).map(({ state }) => state),
    ['rolledBack', 'finished'],
  );
});

test.serial('a rollback that is interrupted is finished by resume, or by the same rollback again', async (t) => {
  for (const again of [['resume'], ['rollback']]) {
    await stage.clear();
    await stage.create('a', [A]);
    await stage.create('b', [B]);
    const id = await moved('a', 'b');
    await stage.killed(['rollback', id], isPost);
    const ran = await stage.runElsewhere([...again, ...(again[0] === 'rollback' ? [id] : [])]);
    t.is(ran.code, 0, ran.stderr);
    t.deepEqual([await stage.subnet('a'), await stage.subnet('b')], [A, B]);
    t.deepEqual(
      (await stage.operations()).map(({ state }) => state),
      ['rolledBack', 'finished'],
    );
  }
});

test.serial('a former subnet that is taken by now is given back only with --allow-conflict', async (t) => {
  await stage.create('a', [A]);
  const id = await moved('a');
  await createNodes(stage.plane.api, [node('newcomer', { podCIDRs: [A] })]);
  const refused = await stage.run(['rollback', id]);
  t.is(refused.code, 2);
  t.is(refused.stdout, '');
  t.regex(
    refused.stderr,
    /a cannot have its former subnet back: 10\.244\.11\.0\/24 is held by node newcomer\n--allow-conf/,
  );
  t.is(await stage.subnet('a'), '10.244.255.0/24');
  t.is((await stage.operations()).length, 1);
  const ran = await stage.run(['rollback', id, '--allow-conflict']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await stage.subnet('a'), A);
});

test.serial(
  'so it is when the Node is absent still: a former duplicate does not become one again unasked',
  async (t) => {
    await stage.create('keeps', [A]);
    await stage.create('a', [A]);
    await stage.killed(['reassign', 'a'], isPost);
    const refused = await stage.runElsewhere(['rollback']);
    t.is(refused.code, 2);
    t.regex(
      refused.stderr,
      /a cannot have its former subnet back: .* held by node keeps\n--allow-conf.*podcidr resume/,
    );
    const resumed = await stage.runElsewhere(['resume']);
    t.is(resumed.code, 0, resumed.stderr);
    t.is(await stage.subnet('a'), '10.244.255.0/24');
  },
);

test.serial('a subnet that was patched into an empty Node is kept by a rollback, and that is said', async (t) => {
  await stage.plane.controllerManager(['--allocate-node-cidrs=false']);
  try {
    await stage.plane.api.post('/api/v1/nodes', node('empty', {}));
    const settings = ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24', NO_RESTART];
    const id = await moved('empty', ...settings);
    const ran = await stage.run(['rollback', id, ...settings.slice(0, 2)]);
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stderr, /node\/empty keeps 10\.244\.\d+\.0\/24: it had none before/);
    t.regex((await stage.subnet('empty')) ?? '', /^10\.244\.\d+\.0\/24$/);
  } finally {
    await stage.plane.controllerManager([]);
  }
});

test.serial('a Node that was absent for seconds is not deleted again before --cooldown, which is said', async (t) => {
  await stage.create('a', [A]);
  stage.before(isPost, () => sleep(1_500));
  const id = await moved('a');
  const ran = await stage.run(['rollback', id, '--cooldown=20s']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /node\/a was absent for [2-9] s just now; waiting \d+ s \(--cooldown\)/);
  t.is(await stage.subnet('a'), A);
});

test.serial('resume of what is finished or rolled back changes nothing, and says so; -o json prints it', async (t) => {
  await stage.create('a', [A]);
  const id = await moved('a');
  const before = await stage.standing();
  const ran = await stage.run(['resume', id, '-o', 'json']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /is finished; nothing was changed/);
  t.is(operationOf(ran).state, 'finished');
  const nothing = await stage.run(['rollback']);
  t.is(nothing.code, 2);
  t.regex(nothing.stderr, /no operation is interrupted\n.*kubectl podcidr operations/);
  t.deepEqual(await stage.standing(), before);
});

test.serial('either copy of the journal is enough; an edited one is told of, and the other is used', async (t) => {
  for (const spoil of [
    async () => stage.plane.api.delete(MAPS + SELECTED),
    async () => spoilFiles((text) => text.slice(0, text.length / 2)),
    async () => spoilFiles((text) => text.replaceAll(A, '10.244.13.0/24')),
    async () => spoilMaps(),
  ]) {
    await stage.clear();
    await stage.create('a', [A]);
    await stage.killed(['reassign', 'a'], isPost);
    await spoil();
    const ran = await stage.run(['resume']);
    t.is(ran.code, 0, ran.stderr);
    t.is(await stage.subnet('a'), '10.244.255.0/24');
  }
});

const SELECTED = '?labelSelector=kubectl-podcidr/operation';

function spoilFiles(edit: (text: string) => string): void {
  const [cluster = ''] = readdirSync(stage.stateDir);
  for (const id of readdirSync(join(stage.stateDir, cluster))) {
    const path = join(stage.stateDir, cluster, id, 'a.record');
    if (existsSync(path)) writeFileSync(path, edit(readFileSync(path, 'utf8')));
  }
}

async function spoilMaps(): Promise<void> {
  for (const { metadata } of await stage.maps()) {
    await stage.plane.api.patch(`${MAPS}/${metadata.name}`, { binaryData: { record: 'AAAA' } });
  }
}
