import { chmodSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import test from 'ava';
import { loadKubeconfig } from '../../../src/kube/config/load.ts';
import { connect } from '../../../src/kube/connect.ts';
import { WireError } from '../../../src/kube/wire/wire-error.ts';
import { Failure } from '../../../src/model/failure.ts';
import { failureText } from '../../../src/process/failure-text.ts';
import { folder } from './folder.ts';

const config = (context: string, server: string, more = '') => `apiVersion: v1
kind: Config
current-context: ${context}
clusters: [{name: shared, cluster: {server: ${server}}}, {name: ${context}, cluster: {server: ${server}${more}}}]
contexts: [{name: ${context}, context: {cluster: ${context}, user: ${context}}}]
users: [{name: shared, user: {token: ${context}-token}}]
`;

test('of several files in $KUBECONFIG the first wins, for entries and for current-context', (t) => {
  const dir = folder(t, { a: config('a', 'http://a'), b: config('b', 'http://b', ', insecure-skip-tls-verify: true') });
  const list = (...names: string[]) => ({ KUBECONFIG: names.map((name) => name && join(dir, name)).join(delimiter) });
  const ab = loadKubeconfig(undefined, list('a', '', 'missing', 'b', 'a'));
  t.is(ab.currentContext, 'a');
  t.is(ab.clusters.get('shared')?.server, 'http://a');
  t.is(ab.clusters.get('b')?.insecureSkipTLSVerify, true);
  t.is(ab.users.get('shared')?.token, 'a-token');
  t.deepEqual([...ab.contexts.keys()], ['a', 'b']);
  const ba = loadKubeconfig(undefined, list('b', 'a'));
  t.is(ba.currentContext, 'b');
  t.is(ba.clusters.get('shared')?.server, 'http://b');
});

test('an empty current-context of the first file leaves room for the second', (t) => {
  const dir = folder(t, { a: 'current-context: ""', b: config('b', 'http://b'), empty: '' });
  const files = ['empty', 'a', 'b'].map((name) => join(dir, name));
  t.is(loadKubeconfig(undefined, { KUBECONFIG: files.join(delimiter) }).currentContext, 'b');
});

test('--kubeconfig is read alone and must exist; without both ~/.kube/config is read', (t) => {
  const dir = folder(t, { '.kube/config': config('home', 'http://home'), b: config('b', 'http://b') });
  const env = { KUBECONFIG: join(dir, 'missing'), HOME: dir };
  t.is(loadKubeconfig(join(dir, 'b'), { ...env, KUBECONFIG: join(dir, '.kube/config') }).currentContext, 'b');
  t.is(loadKubeconfig(undefined, { HOME: dir }).currentContext, 'home');
  t.is(loadKubeconfig(undefined, { HOME: dir, KUBECONFIG: '' }).currentContext, 'home');
  t.is(loadKubeconfig(undefined, env).currentContext, '', 'missing files of $KUBECONFIG are skipped');
  const file = join(dir, 'missing');
  t.throws(() => loadKubeconfig(file, env), {
    instanceOf: Failure,
    message: `stat ${file}: no such file or directory`,
  });
});

test('on Windows the first home with a .kube/config is taken', (t) => {
  const dir = folder(t, { 'profile/.kube/config': config('profile', 'http://x'), 'home/x': '' });
  const env = { HOME: join(dir, 'home'), USERPROFILE: join(dir, 'profile') };
  t.is(loadKubeconfig(undefined, env, 'win32').currentContext, 'profile');
});

test('relative paths are meant from the folder of the file that holds them', (t) => {
  const dir = folder(t, {
    'deep/config': `clusters: [{name: c, cluster: {certificate-authority: ca.crt}}]
users:
- {name: files, user: {client-certificate: ../u.crt, client-key: keys/u.key, tokenFile: token}}
- {name: rooted, user: {tokenFile: /etc/token}}
- {name: own, user: {exec: {command: ./plugin, apiVersion: v1}}}
- {name: path, user: {exec: {command: plugin, apiVersion: v1}}}
`,
  });
  const { clusters, users } = loadKubeconfig(relative(process.cwd(), join(dir, 'deep/config')), {});
  t.is(clusters.get('c')?.certificateAuthority, join(dir, 'deep/ca.crt'));
  t.is(users.get('files')?.clientCertificate, join(dir, 'u.crt'));
  t.is(users.get('files')?.clientKey, join(dir, 'deep/keys/u.key'));
  t.is(users.get('files')?.tokenFile, join(dir, 'deep/token'));
  t.is(users.get('rooted')?.tokenFile, '/etc/token');
  t.is(users.get('own')?.exec?.command, join(dir, 'deep/plugin'));
  t.is(users.get('path')?.exec?.command, 'plugin', 'a bare name is looked up in the PATH');
});

test('a broken kubeconfig is told in one line with its name', (t) => {
  const broken: Record<string, [content: string | Buffer, expected: RegExp]> = {
    yaml: ['clusters: [', /yaml: line 1: unexpected end/],
    tabs: ['a:\n\tb: 1', /yaml: line 2: tab/],
    binary: [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), /yaml: line 1: null byte/],
    text: ['hello', /: the file must be a mapping, it is the string hello$/],
    pod: ['apiVersion: v1\nkind: Pod', /kind Pod of v1, not kind Config/],
    version: ['apiVersion: v2\nkind: Config', /kind Config of v2/],
    list: ['clusters: {}', /clusters must be a list, it is a mapping/],
    token: ['users: [{name: u, user: {token: 123}}]', /users\[0\]\.user\.token must be a string, it is the number 123/],
    base64: [
      'clusters: [{name: c, cluster: {certificate-authority-data: "?"}}]',
      /illegal base64 data in clusters\[0\]\.cluster\.certificate-authority-data/,
    ],
    flag: ['clusters: [{name: c, cluster: {insecure-skip-tls-verify: "maybe"}}]', /must be true or false/],
    twice: ['users: [{name: u}, {name: u}]', /duplicate name "u" in users/],
  };
  const dir = folder(t, Object.fromEntries(Object.entries(broken).map(([name, [content]]) => [name, content])));
  for (const [name, [, expected]] of Object.entries(broken)) {
    const file = join(dir, name);
    const error = t.throws(() => loadKubeconfig(file, {}), { instanceOf: Failure }, name);
    t.true(error?.message.startsWith(`error loading config file "${file}": `), error?.message);
    t.regex(error?.message ?? '', expected);
    t.false(error?.message.includes('\n'));
  }
});

test('a folder or an unreadable file as kubeconfig is told in one line', (t) => {
  const dir = folder(t, { secret: 'x' });
  t.throws(() => loadKubeconfig(dir, {}), {
    message: `error loading config file "${dir}": open ${dir}: is a directory`,
  });
  if (process.getuid?.() === 0) return;
  chmodSync(join(dir, 'secret'), 0);
  t.throws(() => loadKubeconfig(join(dir, 'secret'), {}), { message: /permission denied$/ });
});

test('a kubeconfig that does not exist or is empty is told beside the connection refused, if nothing else was configured', async (t) => {
  const dir = folder(t, { empty: '', full: config('a', 'http://127.0.0.1:1') });
  const failure = async (flags: object, ...names: string[]) => {
    const env = { KUBECONFIG: names.map((name) => join(dir, name)).join(delimiter) };
    const wire = await connect(flags, { env, version: '0', stdinIsTTY: false });
    t.teardown(() => wire.close());
    const error = await t.throwsAsync(wire.request({ method: 'GET', path: '/' }), { instanceOf: WireError });
    return failureText(error).text;
  };
  const refused = (host: string) =>
    `The connection to the server ${host} was refused - did you specify the right host or port?\n`;
  t.is(await failure({}, 'nope.kc'), `${refused('localhost:8080')}kubeconfig ${dir}/nope.kc does not exist\n`);
  t.is(await failure({}, 'empty'), `${refused('localhost:8080')}kubeconfig ${dir}/empty is empty\n`);
  t.is(await failure({}, 'nope.kc', 'full'), refused('127.0.0.1:1'));
  t.is(await failure({ server: 'http://127.0.0.1:1' }, 'nope.kc'), refused('127.0.0.1:1'));
});
