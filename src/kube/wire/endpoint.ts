import type { CredentialsEnd } from './wire.ts';

/** What a request is signed with. At most one of authorization and certificate is used by most servers; both may be given. */
export interface Credentials {
  /** Value of the Authorization header. */
  authorization?: string | undefined;
  /** Client certificate chain and its key, PEM. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** Where credentials come from: they may be read again from a file or made anew by a program. */
export interface CredentialSource {
  /** The credentials to be used now. Throws Failure when they cannot be had. */
  get(): Promise<Credentials>;
  /**
   * The server did not accept what `get` returned: gets others. False when the others are the same, so that the request need
   * not be sent again. Throws Failure. Absent where there is only one answer.
   */
  refresh?: () => Promise<boolean>;
  /** When they end, where nobody renews them; undefined when they do not tell. */
  end?: () => Promise<CredentialsEnd | undefined>;
}

/** One API server, with all that is needed to talk to it. */
export interface Endpoint {
  /** http: or https:, with the path prefix that every request gets (no slash at its end). */
  url: URL;
  /** PEM certificates to trust; undefined: those of the system. */
  ca: string | undefined;
  /** Take any server certificate. */
  insecure: boolean;
  /** The name that the server's certificate must have, if not the host of the URL. */
  tlsServerName: string | undefined;
  /** http:, https: or socks5: URL of a proxy. */
  proxy: string | undefined;
  /** Sent with every request: User-Agent, impersonation. */
  headers: Record<string, string | string[]>;
  credentials: CredentialSource;
  /** Milliseconds for a whole request, 0 = none. */
  timeoutMs: number;
  /** Milliseconds until an answer begins, where there is no other limit, 0 = none. */
  answerMs: number;
}
