import type { Json } from '../../model/json.ts';

/** A cluster of a kubeconfig, or what the flags say of one. Absent fields were not given or are empty. */
export interface Cluster {
  server?: string | undefined;
  tlsServerName?: string | undefined;
  insecureSkipTLSVerify?: boolean | undefined;
  /** Path of a PEM file. */
  certificateAuthority?: string | undefined;
  /** PEM text, base64 undone. */
  certificateAuthorityData?: string | undefined;
  proxyURL?: string | undefined;
  disableCompression?: boolean | undefined;
  /** Of the extension client.authentication.k8s.io/exec: handed to exec plugins. */
  execConfig?: Json | undefined;
}

/** A program that makes credentials (client-go plugin/pkg/client/auth/exec). */
export interface ExecConfig {
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  apiVersion: string;
  installHint: string;
  provideClusterInfo: boolean;
  /** Never, IfAvailable or Always; '' when not given. */
  interactiveMode: string;
}

/** A user of a kubeconfig, or what the flags say of one. */
export interface User {
  clientCertificate?: string | undefined;
  clientCertificateData?: string | undefined;
  clientKey?: string | undefined;
  clientKeyData?: string | undefined;
  token?: string | undefined;
  tokenFile?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  as?: string | undefined;
  asUID?: string | undefined;
  asGroups?: string[] | undefined;
  asUserExtra?: Record<string, string[]> | undefined;
  authProvider?: { name: string; config: Record<string, string> } | undefined;
  exec?: ExecConfig | undefined;
}

/** Which cluster and user belong together. */
export interface KubeconfigContext {
  cluster?: string | undefined;
  user?: string | undefined;
}

/** One kubeconfig file, or several merged. */
export interface Kubeconfig {
  currentContext: string;
  contexts: Map<string, KubeconfigContext>;
  clusters: Map<string, Cluster>;
  users: Map<string, User>;
  /** Files that give nothing, and why: `kubeconfig a does not exist`, `kubeconfig b is empty`. */
  absent: string[];
}

/** The kubeconfig of an empty file. */
export function emptyKubeconfig(): Kubeconfig {
  return { currentContext: '', contexts: new Map(), clusters: new Map(), users: new Map(), absent: [] };
}
