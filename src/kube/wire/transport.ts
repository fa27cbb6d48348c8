import { Buffer } from 'node:buffer';
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { Failure } from '../../model/failure.ts';
import { createAgent } from './agent.ts';
import type { Credentials, Endpoint } from './endpoint.ts';
import { Exchange } from './exchange.ts';
import type { CredentialsEnd, SocketRequest, Wire, WireRequest, WireResponse, WireSocket, WireStream } from './wire.ts';
import { WireError } from './wire-error.ts';

/** Opens the way to the endpoint: nothing is sent, no credential is asked for before the first request. */
export function openWire(endpoint: Endpoint): Wire {
  return new HTTPWire(endpoint);
}

class HTTPWire implements Wire {
  readonly server: string;
  readonly #endpoint: Endpoint;
  #agent: { agent: Promise<Agent>; cert: string | undefined; key: string | undefined } | undefined;
  /** Agents of older client certificates, whose last requests are still on the way. */
  readonly #retired: Promise<Agent>[] = [];
  #answered = false;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.server = endpoint.url.href.replace(/\/$/, '');
  }

  async request(request: WireRequest): Promise<WireResponse> {
    const { exchange, response } = await this.#answer(request, { 'accept-encoding': 'gzip' });
    const chunks = await exchange.body(response);
    return {
      status: response.statusCode ?? 0,
      headers: flat(response),
      body: await decoded(response, chunks, exchange),
    };
  }

  async stream(request: WireRequest): Promise<WireStream> {
    const { exchange, response } = await this.#answer(request, {});
    exchange.end();
    return {
      status: response.statusCode ?? 0,
      headers: flat(response),
      chunks: pieces(response, exchange),
      close: () => exchange.close(),
    };
  }

  async socket(request: SocketRequest): Promise<WireSocket | WireResponse> {
    const answer = await this.#open(request);
    const { refresh } = this.#endpoint.credentials;
    if (!('status' in answer) || answer.status !== 401 || refresh === undefined) return answer;
    return (await this.#signed(refresh)) ? this.#open(request) : answer;
  }

  async #open({ path, query, protocols }: SocketRequest): Promise<WireSocket | WireResponse> {
    const credentials = await this.#signed(() => this.#endpoint.credentials.get());
    const agent = await this.#signed(() => this.#connections(credentials));
    const { url, headers, timeoutMs, answerMs } = this.#endpoint;
    const { authorization } = credentials;
    const target = new URL(url);
    target.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    target.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
    target.search = `${new URLSearchParams(query)}`;
    const signed = { ...headers, ...(authorization === undefined ? {} : { authorization: bytes(authorization) }) };
    const { openSocket } = await import('./socket.ts');
    const answer = await openSocket({
      url: target,
      protocols,
      agent,
      headers: signed,
      handshakeMs: timeoutMs || answerMs || 65_000,
    });
    this.#answered = true;
    return answer;
  }

  async credentialsEnd(): Promise<CredentialsEnd | undefined> {
    return this.#endpoint.credentials.end?.();
  }

  close(): void {
    for (const agent of [...this.#retired, ...(this.#agent ? [this.#agent.agent] : [])]) {
      // An agent that could not be made has been told of by the request that needed it.
      agent.then((made) => made.destroy()).catch(() => undefined);
    }
    this.#agent = undefined;
  }

  /** Sends, and once more with new credentials where the old ones were refused: a 401 did not act. */
  async #answer(request: WireRequest, headers: Record<string, string>): Promise<Answer> {
    const answer = await this.#send(request, headers, false);
    const { refresh } = this.#endpoint.credentials;
    if (answer.response.statusCode !== 401 || refresh === undefined) return answer;
    // A program that makes credentials may ask its user: that time is not the server's.
    answer.exchange.end();
    if (!(await this.#signed(refresh))) return answer;
    answer.response.resume();
    return this.#send(request, headers, false);
  }

  /** Sends once; a read that met a kept-alive connection which the server had just closed is sent again on a new one. */
  async #send(request: WireRequest, headers: Record<string, string>, again: boolean): Promise<Answer> {
    const credentials = await this.#signed(() => this.#endpoint.credentials.get());
    const agent = await this.#signed(() => this.#connections(credentials));
    const secure = this.#endpoint.url.protocol === 'https:';
    const { request: send } = secure ? await import('node:https') : await import('node:http');
    const options = this.#options(request, credentials, agent, headers);
    const limit = request.timeoutMs ?? this.#endpoint.timeoutMs;
    let exchange: Exchange;
    try {
      const limitMs = limit > 0 ? limit : this.#endpoint.answerMs;
      exchange = new Exchange(send, options, request.body, this.#endpoint.url.host, limitMs);
    } catch (error) {
      // Node refuses header values with line ends, Go too (net/http: invalid header field value).
      throw new Failure(
        `a request to ${this.server} cannot be made: ${error instanceof Error ? error.message : error}`,
      );
    }
    try {
      const response = await exchange.head();
      if (limit === 0) exchange.end();
      this.#answered = true;
      return { exchange, response };
    } catch (error) {
      // Connections that died without a word die together: the next request gets a new one.
      if (error instanceof WireError && exchange.reused) dropIdle(agent);
      const lost = error instanceof WireError && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (!lost || again || !exchange.reused || request.method !== 'GET') throw error;
      return this.#send(request, headers, true);
    }
  }

  #options(
    request: WireRequest,
    credentials: Credentials,
    agent: Agent,
    headers: Record<string, string>,
  ): RequestOptions {
    const { url } = this.#endpoint;
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    const { authorization } = credentials;
    return {
      agent,
      method: request.method,
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
      path: `${url.pathname.replace(/\/$/, '')}${request.path}${query}`,
      headers: {
        ...this.#endpoint.headers,
        ...headers,
        accept: request.accept ?? 'application/json',
        ...(authorization === undefined ? {} : { authorization: bytes(authorization) }),
        ...(request.body === undefined
          ? {}
          : {
              'content-type': request.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(request.body),
            }),
      },
    };
  }

  /**
   * At first a missing credential is the user's to mend: a Failure. Once the server has answered, work is on the way, and it is
   * for the caller to try again as with any request that could not be sent.
   */
  async #signed<Value>(ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || !this.#answered) throw error;
      throw new WireError(`Unable to connect to the server: ${error.message}`, 'unsent', { cause: error });
    }
  }

  /** The connections made with this client certificate; those of an older one end with their requests. */
  #connections({ cert, key }: Credentials): Promise<Agent> {
    const kept = this.#agent;
    if (kept !== undefined && kept.cert === cert && kept.key === key) return kept.agent;
    if (kept !== undefined) {
      this.#retired.push(kept.agent);
      kept.agent.then(retire).catch(() => undefined);
    }
    const agent = createAgent(this.#endpoint, { cert, key });
    this.#agent = { agent, cert, key };
    // A certificate file may be caught half-written: the next request reads it again.
    agent.catch(() => {
      if (this.#agent?.agent === agent) this.#agent = undefined;
    });
    return agent;
  }
}

function dropIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** No connection is kept from here on. */
function retire(agent: Agent): void {
  agent.maxFreeSockets = 0;
  dropIdle(agent);
}

interface Answer {
  exchange: Exchange;
  response: IncomingMessage;
}

/** A header value as Node wants it: one character a byte of its UTF-8. */
export function bytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

function flat({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

async function decoded(response: IncomingMessage, chunks: Buffer[], exchange: Exchange): Promise<Buffer> {
  const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (response.headers['content-encoding'] !== 'gzip') return body;
  const { gunzip } = await import('node:zlib');
  return new Promise((resolve, reject) => {
    gunzip(body, (error, plain) => (error === null ? resolve(plain) : reject(exchange.cut(error))));
  });
}

async function* pieces(response: IncomingMessage, exchange: Exchange): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    if (!exchange.closed) throw exchange.cut(error);
  } finally {
    exchange.close();
  }
}
