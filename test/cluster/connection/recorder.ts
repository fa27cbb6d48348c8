import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';

/** The two programs that are compared. */
export type Program = 'kubectl' | 'ours';

/** A server in plain HTTP that answers every request as an empty list of Nodes, and notes what told it who asks. */
export interface Recorder {
  host: string;
  /** One line a request or CONNECT of this program, oldest first; taken away when read. */
  take(program: Program): string[];
  close(): void;
}

const LIST = JSON.stringify({ apiVersion: 'v1', kind: 'NodeList', metadata: { resourceVersion: '1' }, items: [] });
const TELLING = /^(authorization|impersonate-.*|proxy-authorization)$/i;

/** It is a proxy too: CONNECT is carried out, and so is a request with a whole URL. */
export async function startRecorder(): Promise<Recorder> {
  const lines: Record<Program, string[]> = { kubectl: [], ours: [] };
  const open = new Set<Socket>();
  const note = (request: IncomingMessage) => {
    const told = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      const [name = '', value = ''] = request.rawHeaders.slice(i, i + 2);
      if (TELLING.test(name)) told.push(`${name.toLowerCase()}: ${Buffer.from(value, 'latin1').toString()}`);
    }
    // Go names itself where it asks a proxy for a tunnel, Node does not.
    const program = /^(kubectl\/|Go-http)/.test(request.headers['user-agent'] ?? '') ? 'kubectl' : 'ours';
    lines[program].push([`${request.method} ${request.url?.replace(/\?.*/, '')}`, ...told.sort()].join(' | '));
  };
  const server = createServer((request, response) => {
    note(request);
    response.writeHead(200, { 'content-type': 'application/json' }).end(LIST);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    note(request);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on('error', () => [client, target].map((each) => each.destroy()));
    open.add(client).add(target);
  });
  return {
    host: `127.0.0.1:${await listening(server)}`,
    take: (program) => lines[program].splice(0),
    close: () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Listens on a free port of loopback and resolves with it. */
export function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}
