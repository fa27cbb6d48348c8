import type { Agent, IncomingMessage } from 'node:http';
import { wireError } from './dial-error.ts';
import type { WireResponse, WireSocket } from './wire.ts';
import { WireError } from './wire-error.ts';

/** What a websocket is opened with. */
export interface SocketOptions {
  /** ws: or wss:, with path and query. */
  url: URL;
  /** Subprotocols, the preferred one first. */
  protocols: string[];
  agent: Agent;
  headers: Record<string, string | string[]>;
  /** Until the server has agreed, in milliseconds. */
  handshakeMs: number;
}

/**
 * Opens a websocket. Resolves with the server's answer instead when it is another than 101, at most 64 KiB of it. Rejects with a
 * WireError when no answer came.
 */
export async function openSocket(options: SocketOptions): Promise<WireSocket | WireResponse> {
  const { default: WebSocket } = await import('ws');
  const { url, protocols, agent, headers, handshakeMs } = options;
  const socket = new WebSocket(url, protocols, {
    agent,
    headers,
    handshakeTimeout: handshakeMs,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const messages = queue();
  socket.on('message', (data: Buffer) => messages.put(data));
  return new Promise((resolve, reject) => {
    let open = false;
    socket.on('unexpected-response', (_, response) => {
      refused(response).then(resolve, reject);
    });
    socket.on('open', () => {
      open = true;
      resolve({ messages: messages.all(), close: () => socket.terminate() });
    });
    socket.on('close', () => messages.end());
    socket.on('error', (cause) => {
      if (open) messages.end(cut(url.host, cause));
      else reject(wireError(cause, { host: url.host, connected: false, reused: false }));
    });
  });
}

/** Longest answer that is read of a server which does not agree, in bytes. */
const ANSWER_MOST = 65_536;

async function refused(response: IncomingMessage): Promise<WireResponse> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > ANSWER_MOST) break;
  }
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) };
}

function cut(host: string, cause: Error): WireError {
  return new WireError(
    `Unable to connect to the server: the answer of ${host} was cut off: unexpected EOF`,
    'unknown',
    {
      cause,
    },
  );
}

/** Messages in the order in which they came, for one reader. */
function queue() {
  const waiting: Buffer[] = [];
  let ended = false;
  let failure: WireError | undefined;
  let wake: () => void = () => undefined;
  return {
    put(message: Buffer) {
      waiting.push(message);
      wake();
    },
    end(error?: WireError) {
      failure ??= error;
      ended = true;
      wake();
    },
    async *all(): AsyncGenerator<Buffer> {
      for (;;) {
        const next = waiting.shift();
        if (next) yield next;
        else if (failure) throw failure;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
