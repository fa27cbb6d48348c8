import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';
import type { Json } from '../../model/json.ts';
import { ContentError, Fields } from './fields.ts';
import { type Cluster, type ExecConfig, emptyKubeconfig, type Kubeconfig, type User } from './kubeconfig.ts';

/** Dates stay text; of duplicate keys the last wins, as in client-go's parser. */
const OPTIONS = { schema: CORE_SCHEMA.withTags(mergeTag), json: true };

/** The extension whose content exec plugins get (client-go clientcmd/client_config.go: clusterExtensionKey). */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/** Reads a kubeconfig. Throws ContentError (one line). An empty text is an empty kubeconfig. */
export function parseKubeconfig(text: string): Kubeconfig {
  const config = new Fields(document(text), '', 'the file');
  const kind = config.text('kind') ?? 'Config';
  const apiVersion = config.text('apiVersion') ?? 'v1';
  if (kind !== 'Config' || apiVersion !== 'v1') {
    throw new ContentError(`it holds kind ${kind} of ${apiVersion}, not kind Config of v1`);
  }
  return {
    ...emptyKubeconfig(),
    currentContext: config.text('current-context') ?? '',
    clusters: named(config, 'clusters', 'cluster', cluster),
    users: named(config, 'users', 'user', user),
    contexts: named(config, 'contexts', 'context', (context) => ({
      cluster: context.text('cluster'),
      user: context.text('user'),
    })),
  };
}

function document(text: string): Json {
  try {
    return (loadAll(text, OPTIONS)[0] ?? null) as Json;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? '' : `line ${error.mark.line + 1}: `;
    throw new ContentError(`yaml: ${line}${error.reason}`);
  }
}

function named<Entry>(
  config: Fields,
  list: string,
  field: string,
  read: (fields: Fields) => Entry,
): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  config.list(list).forEach((item, index) => {
    const fields = new Fields(item, `${list}[${index}]`);
    const name = fields.text('name') ?? '';
    if (entries.has(name)) throw new ContentError(`duplicate name "${name}" in ${list}`);
    entries.set(name, read(fields.inner(field) ?? new Fields(null, '')));
  });
  return entries;
}

function cluster(fields: Fields): Cluster {
  const extensions = fields.list('extensions').map((item, index) => new Fields(item, `extensions[${index}]`));
  return {
    server: fields.text('server'),
    tlsServerName: fields.text('tls-server-name'),
    insecureSkipTLSVerify: fields.flag('insecure-skip-tls-verify'),
    certificateAuthority: fields.text('certificate-authority'),
    certificateAuthorityData: fields.data('certificate-authority-data'),
    proxyURL: fields.text('proxy-url'),
    disableCompression: fields.flag('disable-compression'),
    execConfig: extensions.find((extension) => extension.text('name') === EXEC_EXTENSION)?.raw('extension'),
  };
}

function user(fields: Fields): User {
  const provider = fields.inner('auth-provider');
  const exec = fields.inner('exec');
  const extra = fields.inner('as-user-extra');
  const groups = fields.texts('as-groups');
  return {
    clientCertificate: fields.text('client-certificate'),
    clientCertificateData: fields.data('client-certificate-data'),
    clientKey: fields.text('client-key'),
    clientKeyData: fields.data('client-key-data'),
    token: fields.text('token'),
    tokenFile: fields.text('tokenFile'),
    username: fields.text('username'),
    password: fields.text('password'),
    as: fields.text('as'),
    asUID: fields.text('as-uid'),
    asGroups: groups.length === 0 ? undefined : groups,
    asUserExtra: extra && Object.fromEntries(extra.names().map((name) => [name, extra.texts(name)])),
    authProvider: provider && { name: provider.text('name') ?? '', config: settings(provider.inner('config')) },
    exec: exec && execConfig(exec),
  };
}

function settings(fields: Fields | undefined): Record<string, string> {
  return Object.fromEntries((fields?.names() ?? []).map((name) => [name, fields?.text(name) ?? '']));
}

function execConfig(fields: Fields): ExecConfig {
  const apiVersion = fields.text('apiVersion') ?? '';
  // client-go clientcmd/api/v1/defaults.go: SetDefaults_ExecConfig
  const lenient = /^client\.authentication\.k8s\.io\/v1(alpha|beta)1$/.test(apiVersion);
  return {
    command: fields.text('command') ?? '',
    args: fields.texts('args'),
    env: fields.list('env').map((item, index) => {
      const variable = new Fields(item, `exec.env[${index}]`);
      return { name: variable.text('name') ?? '', value: variable.text('value') ?? '' };
    }),
    apiVersion,
    installHint: fields.text('installHint') ?? '',
    provideClusterInfo: fields.flag('provideClusterInfo') ?? false,
    interactiveMode: fields.text('interactiveMode') ?? (lenient ? 'IfAvailable' : ''),
  };
}
