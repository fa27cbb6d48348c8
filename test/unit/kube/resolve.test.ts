import { join } from 'node:path';
import test from 'ava';
import { emptyKubeconfig, type Kubeconfig } from '../../../src/kube/config/kubeconfig.ts';
import { resolveConfig } from '../../../src/kube/config/resolve.ts';
import { validateConfig } from '../../../src/kube/config/validate.ts';
import type { ConnectionFlags } from '../../../src/model/connection.ts';
import { Failure } from '../../../src/model/failure.ts';
import { folder } from './folder.ts';

const DEFAULT = 'http://localhost:8080';

const config = (): Kubeconfig => ({
  currentContext: 'one',
  contexts: new Map([
    ['one', { cluster: 'alpha', user: 'ann' }],
    ['two', { cluster: 'beta', user: 'bob' }],
    ['lost', { cluster: 'nowhere', user: 'nobody' }],
  ]),
  clusters: new Map([
    ['alpha', { server: 'https://alpha', certificateAuthorityData: 'CA', tlsServerName: 'alpha.name' }],
    ['beta', { server: 'https://beta', insecureSkipTLSVerify: true }],
  ]),
  users: new Map([
    ['ann', { token: 'ann-token', as: 'root', asGroups: ['wheel'] }],
    ['bob', { clientCertificateData: 'CERT', clientKeyData: 'KEY', tokenFile: '/token' }],
  ]),
  absent: [],
});

const resolved = (flags: ConnectionFlags) => resolveConfig(config(), flags, DEFAULT);

test('--context, --cluster and --user choose by name, and empty flags choose nothing', (t) => {
  t.is(resolved({}).cluster.server, 'https://alpha');
  t.is(resolved({ context: '', cluster: '', user: '' }).user.token, 'ann-token');
  t.is(resolved({ context: 'two' }).cluster.server, 'https://beta');
  const mixed = resolved({ cluster: 'beta', user: 'ann' });
  t.deepEqual([mixed.clusterName, mixed.userName], ['beta', 'ann']);
  t.is(resolved({ context: 'two', user: 'ann' }).user.token, 'ann-token');
});

test('a name that was asked for and does not exist is refused in kubectl’s words', (t) => {
  t.throws(() => resolved({ context: 'x' }), { instanceOf: Failure, message: 'context "x" does not exist' });
  t.throws(() => resolved({ cluster: 'x' }), { instanceOf: Failure, message: 'cluster "x" does not exist' });
  t.throws(() => resolved({ user: 'x' }), { instanceOf: Failure, message: 'auth info "x" does not exist' });
  const stale = { ...config(), currentContext: 'gone' };
  t.throws(() => resolveConfig(stale, {}, DEFAULT), { message: /context was not found for specified context: gone$/ });
});

test('without a cluster the default server is meant', (t) => {
  t.is(resolveConfig(emptyKubeconfig(), {}, DEFAULT).cluster.server, DEFAULT);
  t.is(resolved({ context: 'lost' }).cluster.server, DEFAULT);
});

test('a flag about trust replaces what the file says of it', (t) => {
  const insecure = resolved({ insecureSkipTLSVerify: true }).cluster;
  t.is(insecure.certificateAuthorityData, undefined);
  t.true(insecure.insecureSkipTLSVerify);
  const ca = resolved({ context: 'two', certificateAuthority: '/ca' }).cluster;
  t.is(ca.certificateAuthority, '/ca');
  t.falsy(ca.insecureSkipTLSVerify);
  t.is(resolved({ insecureSkipTLSVerify: false }).cluster.certificateAuthorityData, 'CA', 'false changes nothing');
});

test('--server forgets the file’s tls-server-name, --tls-server-name sets it', (t) => {
  t.is(resolved({}).cluster.tlsServerName, 'alpha.name');
  t.is(resolved({ server: 'https://x' }).cluster.tlsServerName, undefined);
  t.is(resolved({ server: 'https://x', tlsServerName: 'n' }).cluster.tlsServerName, 'n');
});

test('flags about the user replace the user’s fields', (t) => {
  const files = resolved({ context: 'two', clientCertificate: '/c', clientKey: '/k', token: 'T' }).user;
  t.is(files.clientCertificate, '/c');
  t.is(files.clientCertificateData, undefined);
  t.is(files.clientKeyData, undefined);
  t.is(files.token, 'T');
  const as = resolved({ as: 'eve', asGroups: [] }).user;
  t.deepEqual([as.as, as.asGroups], ['eve', ['wheel']]);
  t.deepEqual(resolved({ asGroups: ['g', 'h'], asUID: '7' }).user.asGroups, ['g', 'h']);
  t.is(config().users.get('ann')?.as, 'root', 'the kubeconfig itself stays as it was');
});

test('contradictions are refused before anything is sent', (t) => {
  const dir = folder(t, { file: 'x' });
  const file = join(dir, 'file');
  const refused = (cluster: object, user: object) => {
    const error = t.throws(() => validateConfig({ clusterName: 'c', cluster, userName: 'u', user }), {
      instanceOf: Failure,
    });
    return error?.message ?? '';
  };
  t.regex(refused({ certificateAuthority: file, certificateAuthorityData: 'x' }, {}), /both specified for c$/);
  t.regex(
    refused({ certificateAuthority: join(dir, 'no') }, {}),
    /unable to read certificate-authority .*no such file/,
  );
  t.regex(refused({ proxyURL: 'ftp://x' }, {}), /unsupported scheme "ftp", must be http, https, or socks5$/);
  t.regex(refused({}, { clientCertificateData: 'x' }), /client-key-data or client-key must be specified for u/);
  t.regex(refused({}, { clientCertificate: file, clientKey: join(dir, 'no') }), /unable to read client-key/);
  t.regex(
    refused({}, { clientCertificate: file, clientCertificateData: 'x', clientKey: file, clientKeyData: 'y' }),
    /; client-key/,
  );
  t.regex(refused({}, { token: 't', username: 'u' }), /more than one authentication method found for u/);
  t.regex(refused({}, { asGroups: ['g'] }), /requesting uid, groups or user-extra for u without impersonating a user$/);
  const exec = {
    command: '',
    args: [],
    env: [{ name: '', value: '' }],
    apiVersion: '',
    installHint: '',
    provideClusterInfo: false,
  };
  t.regex(
    refused({}, { exec: { ...exec, interactiveMode: '' } }),
    /command.*apiVersion.*env variable name.*interactiveMode/,
  );
  t.regex(refused({}, { exec: { ...exec, interactiveMode: 'Perhaps' } }), /invalid interactiveMode for u: "Perhaps"$/);
  t.notThrows(() => validateConfig({ clusterName: 'c', cluster: {}, userName: '', user: { token: 't' } }));
});
