import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionFlags } from '../../model/connection.ts';
import type { ResolvedConfig } from './resolve.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The service account of the pod that we run in, undefined outside of pods. Of the flags it takes server, token and CA alone
 * (client-go clientcmd/client_config.go: inClusterClientConfig). `folder` is where Kubernetes mounts the account's files.
 */
export function inClusterConfig(
  flags: ConnectionFlags,
  env: Record<string, string | undefined>,
  folder = SERVICE_ACCOUNT,
): ResolvedConfig | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  const token = join(folder, 'token');
  if (!host || !port || !statSync(token, { throwIfNoEntry: false })?.isFile()) return undefined;
  const ca = join(folder, 'ca.crt');
  // client-go goes on with the system's certificates when the CA cannot be read (rest/config.go: InClusterConfig).
  const hasCA = statSync(ca, { throwIfNoEntry: false })?.isFile() === true;
  return {
    clusterName: 'in-cluster',
    cluster: {
      server: flags.server || `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      certificateAuthority: flags.certificateAuthority || (hasCA ? ca : undefined),
    },
    userName: 'in-cluster',
    user: flags.token ? { token: flags.token } : { tokenFile: token },
  };
}
