import { shellWord } from './text.ts';

/** kubectl's connection flags as given on the command line; undefined where a flag was not given. */
export interface ConnectionFlags {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  server?: string | undefined;
  token?: string | undefined;
  tlsServerName?: string | undefined;
  insecureSkipTLSVerify?: boolean | undefined;
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  as?: string | undefined;
  asGroups?: string[] | undefined;
  asUID?: string | undefined;
  /** kubectl's -v: from 6 on each request is told on stderr. */
  verbosity?: string | undefined;
  /** As written: "0", "30", "5s", "1m30s". */
  requestTimeout?: string | undefined;
}

/** The flags that say which cluster is meant, and in whose name; never a secret. */
const WHICH: [
  flag: string,
  key: 'kubeconfig' | 'context' | 'cluster' | 'user' | 'server' | 'certificateAuthority' | 'as',
][] = [
  ['kubeconfig', 'kubeconfig'],
  ['context', 'context'],
  ['cluster', 'cluster'],
  ['user', 'user'],
  ['server', 'server'],
  ['certificate-authority', 'certificateAuthority'],
  ['as', 'as'],
];

/**
 * What a command that is named to the operator must end with, so that it reaches the cluster that this one reached: `` or
 * ` --context=prod`, words for a shell.
 */
export function sameCluster(flags: ConnectionFlags): string {
  return WHICH.map(([flag, key]) => (flags[key] ? ` --${flag}=${shellWord(flags[key])}` : '')).join('');
}
