import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { run, until } from '../../../scripts/lib/processes.ts';
import { node, standing } from '../../harness/node.ts';
import type { ProgramResult } from '../../harness/program.ts';
import { createOwned, getNode, OWNED } from '../reassign/support.ts';
import { isDelete, isPost, MAPS, type Stage, startStage } from './support.ts';

const A = '10.244.11.0/24';
const FREE = '10.244.255.0/24';

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

/** Until its lock expires it may still be at work. */
async function interruptedId(): Promise<string> {
  const found = await until(async () => (await stage.operations())[0]?.state === 'interrupted', 20_000);
  const [operation] = await stage.operations();
  if (!found || !operation) throw new Error('no operation is interrupted');
  return operation.id;
}

/** Somebody deletes the Node and brings another in its place, with kubectl. */
async function recreate(name: string, podCIDRs: string[]): Promise<void> {
  await stage.plane.api.delete(`/api/v1/nodes/${name}`);
  const made = await stage.plane.kubectl(['create', '-f', '-'], { input: JSON.stringify(node(name, { podCIDRs })) });
  if (made.code !== 0) throw new Error(made.stderr);
}

/** Refused, with nothing changed: the Nodes are what they were. */
async function isRefused(t: ExecutionContext, ran: ProgramResult, code: number, reason: RegExp): Promise<void> {
  t.is(ran.code, code, ran.stderr);
  t.regex(ran.stderr, reason);
}

/** Runs the command that the program named. */
async function runNamed(ran: ProgramResult, command: RegExp): Promise<ProgramResult> {
  const [found] = command.exec(ran.stderr) ?? [];
  if (found === undefined) throw new Error(`no such command in:\n${ran.stderr}`);
  return stage.run(found.replace('kubectl podcidr ', '').split(' '));
}

const PRUNE = /kubectl podcidr operations prune \S+/;

for (const recovery of ['resume', 'rollback']) {
  test.serial(`${recovery}: a Node that was re-created with kubectl while it was absent is left alone`, async (t) => {
    await stage.create('a', [A]);
    await stage.killed(['reassign', 'a'], isPost);
    await recreate('a', ['10.244.99.0/24']);
    const theirs = await getNode(stage.plane, 'a');
    await interruptedId();
    const ran = await stage.runElsewhere([recovery]);
    await isRefused(t, ran, 3, /another Node a was created by somebody else meanwhile\n.*operations prune/);
    t.is((await getNode(stage.plane, 'a')).metadata.uid, theirs.metadata.uid);
    t.is(await stage.subnet('a'), '10.244.99.0/24');
    const pruned = await runNamed(ran, PRUNE);
    t.is(pruned.code, 0, pruned.stderr);
    const again = await stage.run(['reassign', 'a']);
    t.is(again.code, 0, again.stderr);
  });

  test.serial(`${recovery}: a Node that was re-created with kubectl before it was deleted is left alone`, async (t) => {
    await createOwned(stage.plane, await stage.create('a', [A]));
    await stage.killed(['reassign', 'a'], isDetach);
    await recreate('a', [A]);
    const theirs = await getNode(stage.plane, 'a');
    await interruptedId();
    const ran = await stage.runElsewhere([recovery]);
    await isRefused(t, ran, 3, /a was deleted and created again by somebody else meanwhile\n.*operations prune/);
    t.is((await getNode(stage.plane, 'a')).metadata.uid, theirs.metadata.uid);
    const pruned = await runNamed(ran, PRUNE);
    t.is(pruned.code, 0, pruned.stderr);
    const again = await stage.run(['reassign', 'a']);
    t.is(again.code, 0, again.stderr);
    t.is(await stage.subnet('a'), FREE);
  });

  test.serial(`${recovery}: a Node that was deleted meanwhile is told of; the way out brings it back`, async (t) => {
    const before = await stage.create('a', [A]);
    await createOwned(stage.plane, before);
    await stage.killed(['reassign', 'a'], isDetach, 'after');
    await stage.plane.api.delete('/api/v1/nodes/a');
    await interruptedId();
    const ran = await stage.run([recovery]);
    await isRefused(t, ran, 3, /a was deleted by somebody else meanwhile\n.*operations prune/);
    t.is(await stage.plane.api.find('/api/v1/nodes/a'), undefined);
    const pruned = await runNamed(ran, PRUNE);
    t.is(pruned.code, 0, pruned.stderr);
    const [, folder = ''] = /restore -f (\S+)\/NODE\.record/.exec(pruned.stderr) ?? [];
    const restored = await stage.run(['restore', '-f', join(folder, 'a.record')]);
    t.is(restored.code, 0, restored.stderr);
    const after = await getNode(stage.plane, 'a');
    t.is(after.spec?.podCIDR, A);
    t.falsy(after.spec?.unschedulable);
    t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  });
}

/** What the Node owns is taken off it: the last write before the body is stored. */
const isDetach = ({ method, path }: { method: string; path: string }) =>
  method === 'PATCH' && path.includes('/configmaps/owned');

test.serial(
  'of nodes that were not begun one that is gone keeps the operation open, and the others are moved',
  async (t) => {
    for (const name of ['a', 'b', 'c', 'd']) await stage.create(name, [`10.244.${20 + name.charCodeAt(0) - 97}.0/24`]);
    await stage.killed(['reassign', 'a', 'b', 'c', 'd'], isDelete);
    await stage.plane.api.delete('/api/v1/nodes/b');
    await recreate('c', ['10.244.99.0/24']);
    await interruptedId();
    const ran = await stage.runElsewhere(['resume']);
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /node b was not moved: it is absent, and .* does not say .*\n.*operations prune \d{8}-/);
    t.regex(ran.stderr, /node c was not moved: .*it was deleted and created again/);
    t.deepEqual(
      [await stage.subnet('a'), await stage.subnet('c'), await stage.subnet('d')],
      [FREE, '10.244.99.0/24', '10.244.252.0/24'],
    );
    t.deepEqual(
      (await stage.operations()).map(({ state }) => state),
      ['interrupted'],
    );
    const pruned = await runNamed(ran, PRUNE);
    t.is(pruned.code, 0, pruned.stderr);
    t.deepEqual(await stage.operations(), []);
  },
);

test.serial(
  'rollback of what was deleted or moved since is refused; the way out gives the others theirs',
  async (t) => {
    await stage.create('a', [A]);
    await stage.create('b', ['10.244.12.0/24']);
    const moved = await stage.run(['reassign', 'a', 'b', '-o', 'json']);
    const { id } = JSON.parse(moved.stdout);
    await recreate('b', ['10.244.99.0/24']);
    const before = await stage.standing();
    const ran = await stage.run(['rollback', id]);
    await isRefused(t, ran, 2, /b cannot have its former subnet back: it was deleted and created again since/);
    t.is(ran.stdout, '');
    t.deepEqual(await stage.standing(), before);
    const others = await runNamed(ran, /kubectl podcidr reassign \S+/);
    t.is(others.code, 0, others.stderr);
    t.deepEqual([await stage.subnet('a'), await stage.subnet('b')], [A, '10.244.99.0/24']);
  },
);

test.serial('a journal of which both copies were edited or cut is refused; it can be given up', async (t) => {
  await stage.create('a', [A]);
  await stage.killed(['reassign', 'a'], isDelete);
  const id = await interruptedId();
  for (const { metadata, binaryData } of await stage.maps()) {
    if (metadata.annotations?.['kubectl-podcidr/node'] === undefined) continue;
    const { record = '' } = binaryData as Record<string, string>;
    await stage.plane.api.patch(`${MAPS}/${metadata.name}`, { binaryData: { record: record.slice(0, 400) } });
  }
  const [cluster = ''] = readdirSync(stage.stateDir);
  const path = join(stage.stateDir, cluster, id, 'a.record');
  writeFileSync(path, readFileSync(path, 'utf8').replace(A, '10.244.13.0/24'));
  const before = await stage.standing();
  for (const command of ['resume', 'rollback', 'operations']) {
    const ran = await stage.run([command, id]);
    await isRefused(t, ran, 2, /configmap\/\S+ in kube-system cannot be used/);
    t.regex(ran.stderr, /a\.record cannot be used: it was edited or cut/);
    t.regex(ran.stderr, /the journal of operation \S+ cannot be used: node a\n.*operations prune/);
    t.is(ran.stdout, '');
  }
  t.deepEqual(await stage.standing(), before);
  const pruned = await stage.run(['operations', 'prune', id]);
  t.is(pruned.code, 0, pruned.stderr);
  t.deepEqual(await stage.operations(), []);
});

test.serial(
  'a journal whose record bears another name than it stands under is refused, and no file is written',
  async (t) => {
    await stage.create('a', [A]);
    await stage.killed(['reassign', 'a'], isDelete);
    const id = await interruptedId();
    const name = '../../../out';
    for (const { metadata, binaryData } of await stage.maps()) {
      if (metadata.annotations?.['kubectl-podcidr/node'] === undefined) continue;
      const { record = '' } = binaryData as Record<string, string>;
      const text = JSON.stringify({ ...JSON.parse(gunzipSync(Buffer.from(record, 'base64')).toString()), node: name });
      const annotations = {
        'kubectl-podcidr/node': name,
        'kubectl-podcidr/sha256': createHash('sha256').update(text).digest('hex'),
      };
      const sealed = { record: gzipSync(text).toString('base64') };
      await stage.plane.api.patch(`${MAPS}/${metadata.name}`, { metadata: { annotations }, binaryData: sealed });
    }
    const before = await stage.standing();
    for (const command of [
      ['resume', id],
      ['rollback', id],
      ['operations', 'prune', id],
    ]) {
      const stateDir = stage.elsewhere();
      const ran = await stage.run(command, { stateDir: join(stateDir, 'state') });
      t.regex(ran.stderr, /the record of node \.\.\/\.\.\/\.\.\/out of operation \S+ is of another: it was edited/);
      t.is(ran.code, command[0] === 'operations' ? 0 : 2, ran.stderr);
      const written = readdirSync(stage.plane.dir, { recursive: true, encoding: 'utf8' });
      t.deepEqual(
        written.filter((path) => /out(\.json|\.record)/.test(path)),
        [],
      );
    }
    t.deepEqual(await stage.standing(), before);
  },
);

test.serial('a node whose name looks like a record beside its own is resumed from the disk alone', async (t) => {
  const name = 'rack1-bare-12';
  await stage.create(name, [A]);
  await stage.killed(['reassign', name], isPost);
  await interruptedId();
  await stage.plane.api.delete(`${MAPS}?labelSelector=kubectl-podcidr/operation`);
  const ran = await stage.run(['resume']);
  t.is(ran.code, 0, ran.stderr);
  t.is(await stage.subnet(name), FREE);
});

test.serial('with both copies gone there is nothing to resume, and that is said', async (t) => {
  await stage.create('a', [A]);
  await stage.killed(['reassign', 'a'], isDelete);
  await interruptedId();
  await stage.plane.api.delete(`${MAPS}?labelSelector=kubectl-podcidr/operation`);
  const ran = await stage.runElsewhere(['resume']);
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, /no operation is interrupted; nothing was changed/);
});

async function refusesState(t: ExecutionContext, stateDir: string, reason: RegExp): Promise<void> {
  const before = await stage.standing();
  for (const args of [['reassign', 'a'], ['reset', 'a'], ['operations']]) {
    const ran = await stage.run(args, { stateDir });
    t.is(ran.code, 2, `${args.join(' ')}\n${ran.stderr}`);
    t.regex(ran.stderr, reason);
    t.regex(ran.stderr, /--state-dir/);
    t.is(ran.stdout, '');
  }
  t.deepEqual(await stage.standing(), before);
  t.deepEqual(await stage.maps(), []);
}

test.serial('a state folder that is a symbolic link, a file, or can be written by others is refused', async (t) => {
  await stage.create('a', [A]);
  const folder = stage.elsewhere();
  const link = join(folder, 'link');
  symlinkSync(stage.elsewhere(), link);
  await refusesState(t, link, /the state folder \S+ is a symbolic link/);
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  await refusesState(t, open, /the state folder \S+ can be written by others/);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await refusesState(t, file, /the state folder \S+ (is not a folder|cannot be used)/);
});

/** Root alone may mount; who is not cannot write to a folder of mode 0500 either. */
const isRoot = process.getuid?.() === 0;

async function withDisk(options: string, deed: (folder: string) => Promise<void>): Promise<void> {
  const folder = stage.elsewhere();
  const { code, stderr } = await run('mount', ['-t', 'tmpfs', '-o', `mode=0700,${options}`, 'tmpfs', folder]);
  if (code !== 0) throw new Error(stderr);
  try {
    await deed(folder);
  } finally {
    await run('umount', [folder]);
  }
}

/** The disk does not take the backup: exit 2, the Node is as it was, nothing is left open. */
async function takesNothing(t: ExecutionContext, stateDir: string): Promise<void> {
  const before = await getNode(stage.plane, 'a');
  const ran = await stage.run(['reassign', 'a'], { stateDir });
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, /the backup \S+ cannot be written: (ENOSPC|EROFS|EACCES).*\n.*--state-dir/);
  t.deepEqual(standing(await getNode(stage.plane, 'a')), standing(before));
  t.true((await stage.operations()).every(({ state }) => ['rolledBack', 'finished'].includes(state)));
  const ran2 = await stage.runElsewhere(['reassign', 'a']);
  t.is(ran2.code, 0, ran2.stderr);
}

test.serial('a state folder that cannot be written is refused, nothing is changed', async (t) => {
  await stage.create('a', [A]);
  if (isRoot) return withDisk('ro,size=64k', (folder) => takesNothing(t, folder));
  const folder = stage.elsewhere();
  chmodSync(folder, 0o500);
  await takesNothing(t, folder);
});

if (isRoot) {
  test.serial('a disk that is full is refused, nothing is changed', async (t) => {
    await stage.create('a', [A]);
    await withDisk('size=64k', async (folder) => {
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(60_000));
      await takesNothing(t, folder);
    });
  });

  test.serial('a disk that becomes full on the way: the Node is whole, and resume goes on elsewhere', async (t) => {
    await stage.create('a', [A]);
    await withDisk('size=96k', async (folder) => {
      stage.before(isPost, async () => {
        try {
          for (let n = 0; ; n += 1) writeFileSync(join(folder, `ballast-${n}`), Buffer.alloc(4096));
        } catch {
          // It is full.
        }
      });
      const ran = await stage.run(['reassign', 'a'], { stateDir: folder });
      t.regex(ran.stderr, /cannot be written: ENOSPC/);
      t.is(await stage.subnet('a'), FREE);
      if (ran.code !== 0) {
        t.is(ran.code, 3);
        const resumed = await stage.runElsewhere(['resume']);
        t.is(resumed.code, 0, resumed.stderr);
      }
      t.true((await stage.operations()).every(({ state }) => state === 'finished'));
    });
  });
}

test.serial('a Node too large for the journal is refused beforehand, and nothing is written', async (t) => {
  const large = node('large', { podCIDRs: [A] });
  const { randomBytes } = await import('node:crypto');
  const images = Array.from({ length: 45 }, () => ({ names: [randomBytes(12_000).toString('base64')], sizeBytes: 1 }));
  await stage.plane.api.post('/api/v1/nodes', { ...large, status: { ...large.status, images } });
  // kwok's own writes are over then.
  await until(async () => false, 2_000);
  const ran = await stage.run(['reassign', 'large']);
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, /the backup of node large is \d+ bytes, more than a ConfigMap holds/);
  t.deepEqual(await stage.maps(), []);
  t.notRegex(JSON.stringify((await getNode(stage.plane, 'large')).metadata.managedFields), /kubectl-podcidr/);
  t.deepEqual(readdirSync(stage.stateDir), []);
});
