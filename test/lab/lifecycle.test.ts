import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { apiOf } from '../../scripts/clusters/admin.ts';
import { cgroupsOf } from '../../scripts/lab.d/cgroups.ts';
import { processesOf } from '../../scripts/lab.d/inhabitants.ts';
import { knownLabs, labId } from '../../scripts/lab.d/lab-files.ts';
import { namespacesOf } from '../../scripts/lab.d/network.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import {
  identityOf,
  isAlive,
  type ProcessIdentity,
  type Ran,
  run,
  signal,
  until,
} from '../../scripts/lib/processes.ts';

const SCRIPT = join(ROOT, 'scripts/lab');
const folder = mkdtempSync(join(tmpdir(), 'podcidr-lab-test-'));
const dir = join(folder, 'lab');
const id = labId(dir);

const script = (...args: string[]): Promise<Ran> => run(SCRIPT, [...args, '--dir', dir]);
const inhabitants = (): ProcessIdentity[] => processesOf(id).map(identityOf);
const keeper = () => knownLabs().find((lab) => lab.id === id)?.keeper;

test.after.always(async () => {
  await script('down');
  rmSync(folder, { recursive: true, force: true });
});

/** Everything of the lab that this machine still has, in words; `before` are processes that ran in it. */
function leftovers(before: ProcessIdentity[]): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...before.filter(isAlive).map(({ pid }) => `process ${pid}`),
    ...namespacesOf(id).map((name) => `namespace ${name}`),
    ...cgroupsOf(id),
    ...mounts.filter((line) => line.includes(dir)),
    ...(existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []),
    ...knownLabs().flatMap((lab) => (lab.id === id ? [`note of ${lab.dir}`] : [])),
  ];
}

/** Begins `up` and resolves when machines run in the lab, long before it is ready. */
async function beginUp(): Promise<ChildProcess> {
  const child = spawn(SCRIPT, ['up', '--dir', dir], { stdio: 'ignore' });
  const begun = await until(
    () => keeper() !== undefined && namespacesOf(id).length > 3 && inhabitants().length > 12,
    60_000,
  );
  if (!begun) throw new Error('no machine ran after 60 s');
  return child;
}

test.serial('up prints the path of a kubeconfig that works here, and a second up says that a lab is up', async (t) => {
  const { code, stdout } = await script('up');
  t.is(code, 0);
  t.regex(stdout, /^\/\S+\n$/);
  const api = apiOf(stdout.trim());
  const nodes = await api.list('/api/v1/nodes');
  api.close();
  const ready = nodes.filter(({ status }) =>
    status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
  );
  t.true(['n1', 'n2', 'n3'].every((name) => ready.some(({ metadata }) => metadata.name === name)));

  const second = await script('up');
  t.is(second.code, 2);
  t.is(second.stdout, '');
  t.true(second.stderr.includes(`a lab is up in ${dir} already; end it with scripts/lab down --dir ${dir}`));
  t.true(keeper() !== undefined && inhabitants().length > 0, 'the first goes on');
});

test.serial('down leaves nothing: no process, namespace, mount, cgroup or file', async (t) => {
  const before = inhabitants();
  t.true(before.length > 20);
  t.is((await script('down')).code, 0);
  t.deepEqual(leftovers(before), []);
  const again = await script('down');
  t.is(again.code, 0);
  t.true(again.stderr.includes(`no lab in ${dir}`));
});

test.serial('a lab begun in the same place again ends by itself when its owner is killed', async (t) => {
  const owner = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const { code } = await script('up', '--owner', String(owner.pid));
  t.is(code, 0);
  const before = inhabitants();
  owner.kill('SIGKILL');
  await until(() => leftovers(before).length === 0, 60_000);
  t.deepEqual(leftovers(before), []);
});

test.serial('when up itself is killed on the way, what it had begun ends', async (t) => {
  const child = await beginUp();
  const before = inhabitants();
  child.kill('SIGKILL');
  await until(() => leftovers(before).length === 0, 60_000);
  t.deepEqual(leftovers(before), []);
});

test.serial('when nobody is left to end it, down does, and finds everything', async (t) => {
  const child = await beginUp();
  const before = inhabitants();
  const watch = keeper();
  if (watch) signal(watch, 'SIGKILL');
  child.kill('SIGKILL');
  await until(() => watch !== undefined && !isAlive(watch), 10_000);
  t.true(leftovers(before).some((line) => line.startsWith('process')));
  t.is((await script('down')).code, 0);
  t.deepEqual(leftovers(before), []);
});

test.serial('who may not make a lab is told so, with an exit code of its own', async (t) => {
  const main = [process.execPath, join(ROOT, 'scripts/lab.d/main.ts'), 'up', '--dir', dir];
  const nobody = await run('unshare', ['--user', ...main]);
  t.is(nobody.code, 3);
  t.true(nobody.stderr.includes('error: the lab needs root'));
  const withoutMounts = await run('unshare', ['--user', '--map-root-user', ...main]);
  t.is(withoutMounts.code, 3);
  t.regex(withoutMounts.stderr, /error: the lab needs to name network namespaces: .*not permitted/i);
  t.deepEqual(leftovers([]), []);
});
