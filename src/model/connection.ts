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
