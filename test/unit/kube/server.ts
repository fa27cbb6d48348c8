import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { CredentialSource, Endpoint } from '../../../src/kube/wire/endpoint.ts';
import { openWire } from '../../../src/kube/wire/transport.ts';
import type { Wire } from '../../../src/kube/wire/wire.ts';

/** A server on loopback for one test. `connections` counts those that were opened. */
export interface TestServer {
  url: string;
  host: string;
  connections: number;
}

export function serveHTTP(t: ExecutionContext, listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  server.keepAliveTimeout = 60_000;
  return listen(t, server);
}

/** Every connection is handed over as it is: for servers that break the rules. */
export function serveSocket(t: ExecutionContext, accept: (socket: Socket) => void): Promise<TestServer> {
  return listen(t, createSocketServer(accept));
}

function listen(t: ExecutionContext, server: Server): Promise<TestServer> {
  const open = new Set<Socket>();
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const test = { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, connections: 0 };
      server.on('connection', (socket: Socket) => {
        test.connections += 1;
        open.add(socket);
        socket.on('error', () => undefined);
      });
      resolve(test);
    });
  });
}

/** A wire without credentials, closed after the test. */
export function wireTo(t: ExecutionContext, url: string, more: Partial<Endpoint> = {}): Wire {
  const credentials: CredentialSource = { get: async () => ({}) };
  const wire = openWire({
    url: new URL(url),
    ca: undefined,
    insecure: false,
    tlsServerName: undefined,
    proxy: undefined,
    headers: { 'user-agent': 'kubectl-podcidr/test' },
    credentials,
    timeoutMs: 0,
    answerMs: 0,
    ...more,
  });
  t.teardown(() => wire.close());
  return wire;
}
