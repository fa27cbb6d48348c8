import type { Buffer } from 'node:buffer';

export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path on the server, for example /api/v1/nodes/worker-1, segments already percent-encoded. */
  path: string;
  query?: Record<string, string>;
  /** Default application/json. */
  accept?: string;
  /** Sent as it is. */
  body?: string;
  /** Default application/json when there is a body. */
  contentType?: string;
  /** Milliseconds for the whole request; default: the connection's --request-timeout, 0 = none. */
  timeoutMs?: number;
}

export interface WireResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Decoded (gzip undone). */
  body: Buffer;
}

/** An open answer, read piece by piece: what a watch needs. */
export interface WireStream {
  status: number;
  headers: Record<string, string>;
  chunks: AsyncIterable<Buffer>;
  close(): void;
}

export interface SocketRequest {
  /** As a request's. */
  path: string;
  /** Names may come more than once. */
  query: [name: string, value: string][];
  /** Subprotocols, the preferred one first. */
  protocols: string[];
}

/** An open websocket that is read only. */
export interface WireSocket {
  /** Each message whole. Ends with the socket; throws a WireError when it breaks. */
  messages: AsyncIterable<Buffer>;
  /** Ends it at once. */
  close(): void;
}

/** Credentials that nobody renews on the way. */
export interface CredentialsEnd {
  /** For words: the token, the client certificate. */
  what: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * The way to one API server, with credentials and impersonation applied. Connections are kept alive and reused, so that two
 * requests awaited one after the other travel on the same connection.
 * All of them resolve with any HTTP status; they reject with a WireError when no answer came.
 */
export interface Wire {
  /** For messages, for example https://10.0.0.1:6443. */
  readonly server: string;
  request(request: WireRequest): Promise<WireResponse>;
  stream(request: WireRequest): Promise<WireStream>;
  /** A websocket, or the answer of a server that does not give one. */
  socket(request: SocketRequest): Promise<WireSocket | WireResponse>;
  /** When the credentials end; undefined: they do not, they are renewed, or they do not tell. */
  credentialsEnd(): Promise<CredentialsEnd | undefined>;
  close(): void;
}
