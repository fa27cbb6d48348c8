import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { providerCredentials } from '../../../src/kube/config/auth-provider.ts';
import { execCredentials } from '../../../src/kube/config/exec-plugin.ts';
import { inClusterConfig } from '../../../src/kube/config/in-cluster.ts';
import { staticCredentials } from '../../../src/kube/config/static-credentials.ts';
import { Failure } from '../../../src/model/failure.ts';
import { folder } from './folder.ts';

const V1 = 'client.authentication.k8s.io/v1';

/** A plugin whose nth run gives the token token-n, good until `expires`. */
function counting(t: ExecutionContext, expires: Date) {
  const dir = folder(t);
  const status = `{"token":"token-'$n'","expirationTimestamp":"${expires.toISOString()}"}`;
  const script = `n=$(($(cat n 2>/dev/null) + 1)); echo $n > n; echo '{"apiVersion":"${V1}","kind":"ExecCredential","status":${status}}'`;
  const exec = {
    command: 'sh',
    args: ['-c', `cd ${dir} && ${script}`],
    env: [],
    apiVersion: V1,
    installHint: '',
    provideClusterInfo: false,
    interactiveMode: 'Never',
  };
  return execCredentials(exec, { env: process.env, stdinIsTTY: false, cluster: {} });
}

const HOUR = 3_600_000;

test('a credential plugin is run once while its answer holds, and again when the server refuses that', async (t) => {
  const source = counting(t, new Date(Date.now() + HOUR));
  const three = await Promise.all([source.get(), source.get(), source.get()]);
  for (const { authorization } of three) t.is(authorization, 'Bearer token-1');
  t.is((await source.get()).authorization, 'Bearer token-1');
  t.true(await source.refresh?.());
  t.is((await source.get()).authorization, 'Bearer token-2');
});

test('a credential plugin is run again when its answer has expired', async (t) => {
  const source = counting(t, new Date(Date.now() - HOUR));
  t.is((await source.get()).authorization, 'Bearer token-1');
  t.is((await source.get()).authorization, 'Bearer token-2');
});

test('a token file is read again when the server refuses its token', async (t) => {
  const dir = folder(t, { token: 'old\n' });
  const source = staticCredentials({ tokenFile: join(dir, 'token') });
  t.is((await source.get()).authorization, 'Bearer old');
  t.false(await source.refresh?.(), 'the same token need not be tried again');
  writeFileSync(join(dir, 'token'), 'new');
  t.true(await source.refresh?.());
  t.is((await source.get()).authorization, 'Bearer new');
  writeFileSync(join(dir, 'token'), '');
  t.false(await source.refresh?.(), 'a file that is just being replaced keeps the old token');
});

test('credentials that stand in the kubeconfig itself are not asked for again', (t) => {
  t.is(staticCredentials({ token: 'x' }).refresh, undefined);
  t.throws(() => staticCredentials({ tokenFile: '/nonexistent/token' }), {
    instanceOf: Failure,
    message: /no such file/,
  });
});

test('an oidc auth-provider gives its token', async (t) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 3600 })}.x`;
  const config = {
    'id-token': token,
    'client-id': 'c',
    'idp-issuer-url': 'https://idp.invalid',
    'refresh-token': 'r',
    'client-secret': 's',
  };
  t.is((await providerCredentials({ name: 'oidc', config }).get()).authorization, `Bearer ${token}`);
});

test('in a pod without a kubeconfig the service account is used', (t) => {
  const dir = folder(t, { token: 'pod-token', 'ca.crt': 'CA' });
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const inside = inClusterConfig({}, env, dir);
  t.is(inside?.cluster.server, 'https://[fd00::1]:443');
  t.is(inside?.cluster.certificateAuthority, join(dir, 'ca.crt'));
  t.is(inside?.user.tokenFile, join(dir, 'token'));
  t.deepEqual(inClusterConfig({ token: 'x' }, env, dir)?.user, { token: 'x' });
  t.is(inClusterConfig({}, { ...env, KUBERNETES_SERVICE_PORT: '' }, dir), undefined);
  t.is(inClusterConfig({}, env, join(dir, 'none')), undefined);
});
