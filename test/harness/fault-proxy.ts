import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';

/**
 * What happens to one request: `pass` it (`answered` is called once its answer is written out); `reset` the connection before
 * the server sees it; `reset-after` the server acted, and `acted` was called; `truncate` the answer; `hold` it and deliver it
 * late, whoever still waits; `silence`: say nothing for so long, whether the server acted or not, then close the connection;
 * `answer` in the server's place; `then` do something before or after.
 */
export type Fault =
  | { kind: 'pass'; answered?: () => void }
  | { kind: 'reset' }
  | { kind: 'reset-after'; acted?: () => void }
  | { kind: 'truncate' }
  | { kind: 'hold'; ms: number }
  | { kind: 'silence'; ms: number; delivered: boolean }
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body: unknown }
  | { kind: 'then'; before?: () => Promise<void> | void; after?: () => Promise<void> | void };

/** An answer that the server never gave: a refusal that says `injected CODE`. */
export function refusal(code: number, reason = '', headers: Record<string, string> = {}): Fault & { kind: 'answer' } {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code, message: `injected ${code}` };
  return { kind: 'answer', status: code, headers, body };
}

export interface SeenRequest {
  method: string;
  path: string;
  body: string;
}

export interface FaultProxy {
  /** A kubeconfig whose server is the proxy; the administrator's credentials are the proxy's. */
  kubeconfig: string;
  /** Every request seen, in order, but trials. */
  seen: SeenRequest[];
  /** Decides about each request from now on, but trials (dryRun=All): they change nothing, and pass. */
  decide(fault: (request: SeenRequest) => Fault): void;
  /** Decides about each trial from now on. */
  decideTrials(fault: (request: SeenRequest) => Fault): void;
  /** Resolves when what was held has been delivered and answered. */
  delivered(): Promise<void>;
  close(): Promise<void>;
}

const PASS: Fault = { kind: 'pass' };

/** A proxy in front of the real API server: what it lets through is answered by the real one. */
export async function startFaultProxy(plane: Pick<ControlPlane, 'dir' | 'kubeconfig' | 'server'>): Promise<FaultProxy> {
  const seen: SeenRequest[] = [];
  const held = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  let fault: (request: SeenRequest) => Fault = () => PASS;
  let trialFault = fault;
  const config = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
  const agent = new Agent({
    keepAlive: true,
    ca: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64'),
  });
  const authorization = `Bearer ${config.users[0].user.token}`;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', body: body.toString() };
    const isTrial = request.path.includes('dryRun=All');
    if (!isTrial) seen.push(request);
    const decided = isTrial ? trialFault(request) : fault(request);
    if (decided.kind === 'reset') return void incoming.socket.destroy();
    if (decided.kind === 'answer') {
      outgoing.writeHead(decided.status, { 'content-type': 'application/json', ...decided.headers });
      return void outgoing.end(JSON.stringify(decided.body));
    }
    if (decided.kind === 'silence') {
      setTimeout(() => incoming.socket.destroy(), decided.ms);
      if (!decided.delivered) return;
    }
    if (decided.kind === 'then') await decided.before?.();
    let arrived = () => {};
    if (decided.kind === 'hold') {
      const late = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      held.add(late);
      void late.then(() => held.delete(late));
      await new Promise((resolve) => setTimeout(resolve, decided.ms));
    }
    const { host: _host, connection: _connection, ...theirs } = incoming.headers;
    const headers = { ...theirs, authorization };
    const forwarded = httpsRequest(`${plane.server}${request.path}`, { method: request.method, headers, agent });
    forwarded.on('close', () => arrived());
    forwarded.on('error', () => incoming.socket.destroy());
    forwarded.on('response', async (response) => {
      if (decided.kind === 'then') await decided.after?.();
      // Nobody listens any more.
      if (decided.kind === 'silence' || outgoing.destroyed) return void response.resume();
      if (decided.kind === 'reset-after') {
        decided.acted?.();
        return void response.resume().on('end', () => incoming.socket.destroy());
      }
      const { answered } = decided.kind === 'pass' ? decided : {};
      if (answered) outgoing.on('finish', answered);
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      if (decided.kind === 'truncate') {
        outgoing.write('{"kind":');
        return void response.resume().on('end', () => incoming.socket.destroy());
      }
      // A watch may say nothing for long: its client waits for the headers.
      outgoing.flushHeaders();
      response.pipe(outgoing);
    });
    // What was held is delivered though its sender has gone: that is the point.
    if (decided.kind !== 'hold' && decided.kind !== 'silence') outgoing.on('close', () => forwarded.destroy());
    forwarded.end(body);
  }

  /** A websocket (exec): it is reset, or passed; `after` is called once the server has ended it. */
  async function passSocket(incoming: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', body: '' };
    seen.push(request);
    const decided = fault(request);
    sockets.add(client);
    client.on('error', () => client.destroy()).on('close', () => sockets.delete(client));
    if (decided.kind === 'reset') return void client.destroy();
    if (decided.kind === 'then') await decided.before?.();
    const { host: _host, ...theirs } = incoming.headers;
    const headers = { ...theirs, authorization };
    const forwarded = httpsRequest(`${plane.server}${request.path}`, { headers, agent: new Agent(agent.options) });
    forwarded.on('error', () => client.destroy());
    forwarded.on('response', (response) => {
      client.write(`HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\nconnection: close\r\n\r\n`);
      response.pipe(client);
    });
    forwarded.on('upgrade', (response, upstream, first) => {
      const lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      client.write(first);
      upstream.write(head);
      upstream.on('error', () => client.destroy());
      upstream.pipe(client, { end: false });
      upstream.on('end', async () => {
        if (decided.kind === 'then') await decided.after?.();
        client.end();
      });
      client.pipe(upstream);
    });
    forwarded.end();
  }

  const server = createServer(
    (incoming, outgoing) => void handle(incoming, outgoing).catch(() => incoming.socket.destroy()),
  );
  server.on('upgrade', (incoming, client: Socket, head) => void passSocket(incoming, client, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = join(plane.dir, `proxy-${(server.address() as AddressInfo).port}.kubeconfig`);
  const name = 'proxy';
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    }),
  );
  return {
    kubeconfig,
    seen,
    decide: (next) => {
      fault = next;
    },
    decideTrials: (next) => {
      trialFault = next;
    },
    delivered: async () => void (await Promise.all(held)),
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
