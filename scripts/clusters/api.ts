import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { KubeObject } from './kube-object.ts';

export interface ApiCredentials {
  /** https://127.0.0.1:PORT */
  server: string;
  /** PEM. */
  ca: string;
  cert?: string;
  key?: string;
  token?: string;
  /** The server makes the field manager from what stands before the slash. */
  userAgent?: string;
}

export interface ApiAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
  /** performance.now() when it arrived. */
  at: number;
}

/** An answer of 400 or above. */
export class ApiError extends Error {
  readonly status: number;

  constructor(method: string, path: string, answer: ApiAnswer) {
    super(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 400)}`);
    this.name = 'ApiError';
    this.status = answer.status;
  }
}

export type PatchType = 'merge' | 'strategic' | 'json';

const PATCH_TYPES: Record<PatchType, string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** Raw access to an API server, independent of src/: a test must not judge the program by the program's own client. */
export class Api {
  readonly server: string;
  readonly #credentials: ApiCredentials;
  readonly #agent: Agent;

  constructor(credentials: ApiCredentials) {
    this.server = credentials.server;
    this.#credentials = credentials;
    const { ca, cert, key } = credentials;
    this.#agent = new Agent({ keepAlive: true, ca, ...(cert && key ? { cert, key } : {}) });
  }

  #open(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<IncomingMessage> {
    const { server, token, userAgent } = this.#credentials;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': userAgent ?? 'podcidr-tests/1',
    };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (text !== undefined) {
      headers['content-type'] = contentType;
      // Node would send the body of a DELETE without saying that there is one.
      headers['content-length'] = String(Buffer.byteLength(text));
    }
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(`${server}${path}`, { method, headers, agent: this.#agent }, resolve);
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** Any request; resolves with any status. */
  async request(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer> {
    const response = await this.#open(method, path, body, contentType);
    response.setEncoding('utf8');
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  async #json<T>(method: string, path: string, body?: unknown, contentType?: string): Promise<T> {
    const answer = await this.request(method, path, body, contentType);
    if (answer.status >= 400) throw new ApiError(method, path, answer);
    return JSON.parse(answer.text) as T;
  }

  /** Throws ApiError when there is none. */
  get<T = KubeObject>(path: string): Promise<T> {
    return this.#json<T>('GET', path);
  }

  /** The object, or undefined when the server says 404. */
  async find(path: string): Promise<KubeObject | undefined> {
    const answer = await this.request('GET', path);
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw new ApiError('GET', path, answer);
    return JSON.parse(answer.text) as KubeObject;
  }

  /** The items of a list, each without kind and apiVersion, as the server sends them. */
  async list(path: string): Promise<KubeObject[]> {
    return (await this.get<{ items: KubeObject[] | null }>(path)).items ?? [];
  }

  post<T = KubeObject>(path: string, body: unknown): Promise<T> {
    return this.#json<T>('POST', path, body);
  }

  put<T = KubeObject>(path: string, body: unknown): Promise<T> {
    return this.#json<T>('PUT', path, body);
  }

  patch<T = KubeObject>(path: string, body: unknown, type: PatchType = 'merge'): Promise<T> {
    return this.#json<T>('PATCH', path, body, PATCH_TYPES[type]);
  }

  /** Deletes; an object that is not there is fine. */
  async delete(path: string, options?: unknown): Promise<void> {
    const answer = await this.request('DELETE', path, options);
    if (answer.status >= 400 && answer.status !== 404) throw new ApiError('DELETE', path, answer);
  }

  /**
   * Opens a watch and calls `seen` for each event until the returned function is called. Resolves when the server has
   * accepted it: what is changed from then on is seen.
   */
  async watch(path: string, seen: (event: WatchEvent) => void): Promise<() => void> {
    const separator = path.includes('?') ? '&' : '?';
    const response = await this.#open('GET', `${path}${separator}watch=1`);
    if ((response.statusCode ?? 0) >= 400) throw new Error(`watch ${path}: ${response.statusCode}`);
    response.setEncoding('utf8');
    let rest = '';
    response.on('error', () => undefined);
    response.on('data', (chunk: string) => {
      const at = performance.now();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line !== '') seen({ ...(JSON.parse(line) as Omit<WatchEvent, 'at'>), at });
      }
    });
    return () => response.destroy();
  }

  /** Closes idle connections, which would keep a Node process running. */
  close(): void {
    this.#agent.destroy();
  }
}
