import type { ConnectionFlags } from '../../model/connection.ts';
import { Failure } from '../../model/failure.ts';
import type { Cluster, Kubeconfig, User } from './kubeconfig.ts';

/** One cluster and one user, with the flags applied. */
export interface ResolvedConfig {
  clusterName: string;
  cluster: Cluster;
  userName: string;
  user: User;
}

/**
 * Chooses cluster and user and applies the flags as client-go does (clientcmd/client_config.go: getCluster, getAuthInfo): a
 * flag that was not given or is empty changes nothing. `defaultServer` is for a cluster that names none. Throws Failure for a
 * name that was asked for and does not exist.
 */
export function resolveConfig(config: Kubeconfig, flags: ConnectionFlags, defaultServer: string): ResolvedConfig {
  const contextName = flags.context || config.currentContext;
  const context = config.contexts.get(contextName);
  if (context === undefined && flags.context) throw new Failure(`context "${flags.context}" does not exist`);

  const userName = flags.user || context?.user || '';
  const user = config.users.get(userName);
  if (user === undefined && flags.user) throw new Failure(`auth info "${flags.user}" does not exist`);

  const clusterName = flags.cluster || context?.cluster || '';
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined && flags.cluster) throw new Failure(`cluster "${flags.cluster}" does not exist`);

  if (context === undefined && contextName !== '') {
    throw new Failure(`invalid configuration: context was not found for specified context: ${contextName}`);
  }
  return {
    clusterName,
    cluster: withClusterFlags({ ...cluster, server: cluster?.server ?? defaultServer }, flags),
    userName,
    user: withUserFlags({ ...user }, flags),
  };
}

function withClusterFlags(cluster: Cluster, flags: ConnectionFlags): Cluster {
  if (flags.server) cluster.server = flags.server;
  // A flag about trust replaces all that the file says of it: a CA and "insecure" exclude each other.
  if (flags.insecureSkipTLSVerify || flags.certificateAuthority) {
    cluster.insecureSkipTLSVerify = flags.insecureSkipTLSVerify;
    cluster.certificateAuthority = flags.certificateAuthority || undefined;
    cluster.certificateAuthorityData = undefined;
  }
  // Another server has another name.
  if (flags.tlsServerName || flags.server) cluster.tlsServerName = flags.tlsServerName || undefined;
  return cluster;
}

function withUserFlags(user: User, flags: ConnectionFlags): User {
  if (flags.clientCertificate) {
    user.clientCertificate = flags.clientCertificate;
    user.clientCertificateData = undefined;
  }
  if (flags.clientKey) {
    user.clientKey = flags.clientKey;
    user.clientKeyData = undefined;
  }
  if (flags.token) user.token = flags.token;
  if (flags.as) user.as = flags.as;
  if (flags.asUID) user.asUID = flags.asUID;
  if (flags.asGroups !== undefined && flags.asGroups.length > 0) user.asGroups = flags.asGroups;
  return user;
}
