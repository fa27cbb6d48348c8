import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { run, until } from '../../scripts/lib/processes.ts';
import type { AuditEvent } from '../harness/audit.ts';
import { startControlPlane } from '../harness/control-plane.ts';
import { runPodcidr } from '../harness/program.ts';
import { type Case, type Cases, single } from './connection/case.ts';
import { execCases, PLUGIN_LOG } from './connection/cases-exec.ts';
import { fileCases } from './connection/cases-files.ts';
import { flagCases } from './connection/cases-flags.ts';
import { proxyCases, userCases } from './connection/cases-users.ts';
import type { Program } from './connection/recorder.ts';
import { startSocksProxy } from './connection/socks.ts';
import { makeWorld, type World } from './connection/world.ts';

let world: World;
test.before(async () => {
  world = await makeWorld(await startControlPlane());
});
test.after.always(async () => {
  world?.close();
  await world?.plane.stop();
});

/** What became of one program's run, as seen from outside. */
interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Who the API server saw, with its answer's status, one line a request. */
  seen: string[];
  /** What the recorder saw. */
  recorded: string[];
  /** What a credential plugin was told, one entry a run. */
  plugin: unknown[];
}

const who = (user: AuditEvent['user'] | undefined) =>
  user === undefined ? '' : `${user.username} uid=${user.uid ?? ''} [${(user.groups ?? []).join(',')}]`;

/** Only what asks for the nodes, by the program whose User-Agent begins so. */
function seen(agent: string, from: number): string[] {
  const events = world.plane.auditEvents().slice(from);
  return events
    .filter(({ userAgent, requestURI }) => userAgent?.startsWith(agent) && requestURI.startsWith('/api/v1/nodes'))
    .map((event) => `${who(event.user)} as ${who(event.impersonatedUser)}: ${event.responseStatus?.code}`);
}

const AGENTS: Record<Program, string> = { kubectl: 'kubectl/', ours: 'kubectl-podcidr/' };

async function outcome(program: Program, { env: more, args = [], kubeconfig }: Case): Promise<Outcome> {
  const from = world.plane.auditEvents().length;
  const log = join(world.folder, `${program}.log`);
  rmSync(log, { force: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: world.folder,
    KUBECONFIG: (kubeconfig ?? ['config']).join(':'),
    [PLUGIN_LOG]: log,
    // Node need not compile the source anew for every case; kubectl does not mind.
    NODE_COMPILE_CACHE: join(world.plane.dir, 'compiled'),
    ...more,
  };
  const options = { cwd: world.folder, env };
  const kubectl = join(world.plane.dir, 'bin/kubectl');
  const { code, stdout, stderr } = await (program === 'ours'
    ? runPodcidr(['list', ...args], options)
    : run(kubectl, ['get', '--raw', '/api/v1/nodes', ...args], options));
  const recorded = [...new Set(world.recorder.take(program))].filter((line) =>
    /^CONNECT|\/api\/v1\/nodes( |$)/.test(line),
  );
  const answered = code === 0 || /Forbidden/.test(stderr);
  // The server writes its log after it has answered; of a 401 it writes none here.
  if (answered && recorded.length === 0) await until(() => seen(AGENTS[program], from).length > 0, 2000);
  const plugin = existsSync(log) ? runs(log) : [];
  return { code, stdout, stderr, recorded, plugin, seen: seen(AGENTS[program], from) };
}

function runs(log: string): unknown[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [info = '', ...rest] = line.split('\t');
    return [JSON.parse(info), ...rest];
  });
}

/** What is not as the case promises; empty when all is. */
async function differences(item: Case): Promise<string[]> {
  for (const name of ['config', '.kube/config']) rmSync(join(world.folder, name), { force: true });
  for (const [name, content] of Object.entries(item.files ?? {})) world.write(name, content);
  const [theirs, ours] = await Promise.all([outcome('kubectl', item), outcome('ours', item)]);
  const tooOld = item.kubectlSince !== undefined && Number(world.plane.version.split('.')[1]) < item.kubectlSince;
  const reached = ours.seen.length + ours.recorded.length > 0 || /logged in to the server/.test(ours.stderr);
  const found: string[] = [];
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (!isDeepStrictEqual(actual, expected))
      found.push(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
  };
  if (!tooOld) {
    expect('success', ours.code === 0, theirs.code === 0);
    expect('seen by the API server', [...new Set(ours.seen)], [...new Set(theirs.seen)]);
    expect('seen by the recorder', ours.recorded, theirs.recorded);
    expect('told to the plugin', ours.plugin[0], theirs.plugin[0]);
    if (item.says) expect(`kubectl says ${item.says}`, item.says.test(theirs.stderr), true);
  }
  expect('reaches a server', reached, item.expect === 'reaches');
  if (item.says) expect(`says ${item.says}`, item.says.test(ours.stderr), true);
  if (ours.code !== 0) {
    expect('exit code', ours.code, 2);
    expect('stdout', ours.stdout, '');
    expect('three lines at most', ours.stderr.split('\n').length <= 4 || item.chatty === true, true);
  }
  if (found.length > 0) found.push(`kubectl ${theirs.code}: ${theirs.stderr}`, `ours ${ours.code}: ${ours.stderr}`);
  return found;
}

const TABLES: Record<string, { promise: string; cases: Cases }> = {
  files: { promise: 'kubeconfig files count as they do for kubectl', cases: fileCases },
  flags: { promise: 'connection flags mean what they mean to kubectl', cases: flagCases },
  users: { promise: 'the server sees the user that kubectl would be', cases: userCases },
  proxies: { promise: 'a proxy is used as kubectl uses it', cases: proxyCases },
  plugins: { promise: 'credential plugins are run as kubectl runs them', cases: execCases },
};

test.serial('a SOCKS proxy is used as kubectl uses it', async (t) => {
  const proxy = await startSocksProxy();
  t.teardown(() => proxy.close());
  const config = single(world, { token: world.tokens.viewer }, { 'proxy-url': `socks5://${proxy.host}` });
  const item: Case = { name: 'socks', files: { config }, expect: 'reaches' };
  t.deepEqual(await differences(item), []);
  t.deepEqual(new Set(proxy.take()), new Set([new URL(world.plane.server).host]));
});

for (const { promise, cases } of Object.values(TABLES)) {
  test.serial(promise, async (t) => {
    const failed: Record<string, string[]> = {};
    for (const item of cases(world)) {
      const found = await differences(item);
      if (found.length > 0) failed[item.name] = found;
    }
    t.deepEqual(failed, {});
  });
}
