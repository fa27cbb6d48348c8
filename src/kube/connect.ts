import type { ConnectionFlags } from '../model/connection.ts';
import { parseTimeout } from '../model/duration.ts';
import { Failure } from '../model/failure.ts';
import { escapeLine } from '../render/escape.ts';
import { inClusterConfig } from './config/in-cluster.ts';
import type { Cluster, User } from './config/kubeconfig.ts';
import { loadKubeconfig } from './config/load.ts';
import { type ResolvedConfig, resolveConfig } from './config/resolve.ts';
import { serverURL } from './config/server-url.ts';
import { isStatic, staticCredentials, textOf } from './config/static-credentials.ts';
import { validateConfig } from './config/validate.ts';
import type { CredentialSource } from './wire/endpoint.ts';
import { hinted } from './wire/hinted.ts';
import { bytes, openWire } from './wire/transport.ts';
import type { Wire } from './wire/wire.ts';

/**
 * How long a server may take until its answer begins, in milliseconds: kube-apiserver itself gives up after 60 s (apiserver
 * server/config.go: RequestTimeout), so whoever takes longer hangs. --request-timeout=0 waits without end.
 */
const ANSWER_MS = 65_000;

export interface ConnectOptions {
  env: Record<string, string | undefined>;
  /** Of this program, for the User-Agent. */
  version: string;
  /** A credential plugin may ask its questions on standard input. */
  stdinIsTTY: boolean;
  /** Folder of the pod's service account, if not Kubernetes' own. */
  serviceAccount?: string;
}

/**
 * Opens the way to the API server that the flags and the kubeconfig name, with kubectl's rules. Nothing is sent and no
 * credential plugin is run yet. Throws Failure when the configuration is wrong.
 */
export async function connect(flags: ConnectionFlags, options: ConnectOptions): Promise<Wire> {
  const { env } = options;
  const defaultServer = env.KUBERNETES_MASTER || 'http://localhost:8080';
  const timeoutMs = flags.requestTimeout ? parseTimeout(flags.requestTimeout) : 0;
  const kubeconfig = loadKubeconfig(flags.kubeconfig, env);
  const own = resolveConfig(kubeconfig, flags, defaultServer);
  validateConfig(own);
  const inCluster = isDefault(own, defaultServer, timeoutMs) && inClusterConfig(flags, env, options.serviceAccount);
  const config = inCluster || own;
  const { cluster, user } = config;
  const url = serverURL(cluster.server ?? defaultServer);
  const secure = url.protocol === 'https:';
  const ca = secure ? trusted(cluster) : undefined;
  const wire = openWire({
    url,
    ca,
    insecure: cluster.insecureSkipTLSVerify === true,
    tlsServerName: cluster.tlsServerName,
    proxy: cluster.proxyURL ?? (await proxyOf(url, env)),
    headers: { 'user-agent': `kubectl-podcidr/${options.version}`, ...impersonation(user) },
    // client-go sends no credentials in the clear (clientcmd/client_config.go: ClientConfig).
    credentials: secure ? await credentialsOf(config, ca, options) : { get: async () => ({}) },
    timeoutMs,
    answerMs: flags.requestTimeout ? 0 : ANSWER_MS,
  });
  const configured = flags.server || env.KUBERNETES_MASTER || kubeconfig.clusters.size > 0 || inCluster;
  return configured || kubeconfig.absent.length === 0 ? wire : hinted(wire, kubeconfig.absent.join(', '));
}

/** Nothing was configured (client-go clientcmd/loader.go: IsDefaultConfig). */
function isDefault({ cluster, user }: ResolvedConfig, defaultServer: string, timeoutMs: number): boolean {
  return (
    cluster.server === defaultServer && !cluster.proxyURL && !cluster.disableCompression && !user.as && timeoutMs === 0
  );
}

/** Throws Failure. */
function trusted(cluster: Cluster): string | undefined {
  const { certificateAuthority: file } = cluster;
  const ca = cluster.certificateAuthorityData ?? (file && textOf(file));
  if (!ca) return undefined;
  if (cluster.insecureSkipTLSVerify) {
    throw new Failure('specifying a root certificates file with the insecure flag is not allowed');
  }
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Failure('unable to load root certificates: unable to parse bytes as PEM block');
  }
  return ca;
}

async function proxyOf(url: URL, env: ConnectOptions['env']): Promise<string | undefined> {
  const named = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'].some((name) => env[name]);
  return named ? (await import('./config/proxy.ts')).environmentProxy(url, env) : undefined;
}

async function credentialsOf(
  { user, userName, cluster }: ResolvedConfig,
  ca: string | undefined,
  { env, stdinIsTTY }: ConnectOptions,
): Promise<CredentialSource> {
  if (isStatic(user)) return staticCredentials(user);
  if (user.exec !== undefined) {
    const { execCredentials, execCluster } = await import('./config/exec-plugin.ts');
    return execCredentials(user.exec, { env, stdinIsTTY, cluster: execCluster(cluster, ca) });
  }
  if (user.authProvider === undefined) {
    // kubectl would ask for a name and a password here, which no API server has known since 1.19.
    throw new Failure(
      `no credentials: the kubeconfig gives user "${escapeLine(userName)}" no token, certificate or plugin`,
      {
        hint: 'name another user with --user or --context, or give a --token',
      },
    );
  }
  return (await import('./config/auth-provider.ts')).providerCredentials(user.authProvider);
}

/** client-go transport/round_trippers.go: impersonatingRoundTripper. */
function impersonation({ as, asUID, asGroups, asUserExtra }: User): Record<string, string | string[]> {
  if (!as) return {};
  const extra = Object.entries(asUserExtra ?? {}).map(([key, values]) => [
    `Impersonate-Extra-${escapedKey(key)}`,
    values.map(bytes),
  ]);
  return {
    'Impersonate-User': bytes(as),
    ...(asUID ? { 'Impersonate-Uid': bytes(asUID) } : {}),
    ...(asGroups ? { 'Impersonate-Group': asGroups.map(bytes) } : {}),
    ...Object.fromEntries(extra),
  };
}

/** Bytes that a header's name may not have, and %, percent-encoded (round_trippers.go: headerKeyEscape). */
function escapedKey(key: string): string {
  return bytes(key).replaceAll(/[^!#$&'*+.^_`|~0-9A-Za-z-]/g, (byte) => {
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
