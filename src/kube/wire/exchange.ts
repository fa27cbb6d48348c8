import type { Buffer } from 'node:buffer';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { wireError } from './dial-error.ts';
import { WireError } from './wire-error.ts';

/** Milliseconds for a connection to stand, and for TLS on it (client-go transport/cache.go). */
const DIAL_MS = 30_000;
const HANDSHAKE_MS = 10_000;

/** The longest that a timer takes; a longer limit is no limit in practice. */
const TIMER_MOST = 2 ** 31 - 1;

type Send = (options: RequestOptions) => ClientRequest;

/** One request and its answer on one connection: knows how far it came, and so what a failure means. */
export class Exchange {
  readonly #host: string;
  readonly #timeoutMs: number;
  readonly #request: ClientRequest;
  #connected = false;
  #closed = false;
  #dialTimer: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set by a timer: the reason that Node's own error does not tell. */
  #failure: WireError | undefined;

  /** Sends at once. `timeoutMs` is for the whole exchange, 0 = none. */
  constructor(send: Send, options: RequestOptions, body: string | undefined, host: string, timeoutMs: number) {
    this.#host = host;
    this.#timeoutMs = timeoutMs;
    if (timeoutMs > 0) this.#timer = setTimeout(() => this.#expire(), Math.min(timeoutMs, TIMER_MOST));
    this.#dial(DIAL_MS, `dial tcp ${host}: i/o timeout`);
    this.#request = send(options);
    this.#request.once('socket', (socket: Socket & { encrypted?: boolean; secureConnecting?: boolean }) => {
      if (this.#request.reusedSocket || !(socket.connecting || socket.secureConnecting)) return this.#stand();
      if (!socket.encrypted) return socket.once('connect', () => this.#stand());
      socket.once('secureConnect', () => this.#stand());
      if (socket.connecting) socket.once('connect', () => this.#handshake());
      else this.#handshake();
    });
    this.#request.end(body);
  }

  /** The connection had served other requests before. */
  get reused(): boolean {
    return this.#request.reusedSocket;
  }

  /** Waits for status and headers. Rejects with a WireError. */
  head(): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      this.#request.on('error', (error) => {
        this.end();
        reject(this.#error(error));
      });
      this.#request.once('response', (response) => {
        // Whoever reads the body gets the error; without a reader it must not end the process.
        response.on('error', () => undefined);
        resolve(response);
      });
    });
  }

  /** Waits for the whole body. Rejects with a WireError of fate unknown when it is cut off. */
  async body(response: IncomingMessage): Promise<Buffer[]> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk);
      if (!response.complete) throw new Error('unexpected EOF');
      return chunks;
    } catch (error) {
      throw this.cut(error);
    } finally {
      this.end();
    }
  }

  /** No time limit from here on: for an open stream. */
  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#dialTimer);
  }

  /** The error for an answer that broke off. */
  cut(cause: unknown): WireError {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    const options = code === undefined ? { cause } : { code, cause };
    return (
      this.#failure ??
      new WireError(
        `Unable to connect to the server: the answer of ${this.#host} was cut off: unexpected EOF`,
        'unknown',
        options,
      )
    );
  }

  /** `close` was called: what breaks off after that is no failure. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.end();
    this.#request.destroy();
  }

  #error(error: Error): WireError {
    return this.#failure ?? wireError(error, { host: this.#host, connected: this.#connected, reused: this.reused });
  }

  #dial(ms: number, text: string): void {
    clearTimeout(this.#dialTimer);
    this.#dialTimer = setTimeout(
      () => this.#fail(new WireError(`Unable to connect to the server: ${text}`, 'unsent', { code: 'ETIMEDOUT' })),
      ms,
    );
  }

  #handshake(): void {
    this.#dial(HANDSHAKE_MS, 'net/http: TLS handshake timeout');
  }

  #stand(): void {
    this.#connected = true;
    clearTimeout(this.#dialTimer);
  }

  #expire(): void {
    const text = `Unable to connect to the server: ${this.#host} gave no complete answer within ${this.#timeoutMs / 1000}s`;
    this.#fail(new WireError(text, this.#connected ? 'unknown' : 'unsent', { code: 'ETIMEDOUT' }));
  }

  #fail(failure: WireError): void {
    this.#failure = failure;
    this.end();
    this.#request.destroy(failure);
  }
}
