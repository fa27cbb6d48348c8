import { connect, createServer, type Socket } from 'node:net';
import { listening } from './recorder.ts';

/** A SOCKS 5 proxy (RFC 1928) without passwords, for addresses and names; `take` tells where it was asked to go. */
export interface SocksProxy {
  host: string;
  take(): string[];
  close(): void;
}

export async function startSocksProxy(): Promise<SocksProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const serve = (client: Socket) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request) => {
        const named = request[3] === 3;
        const host = named ? request.subarray(5, 5 + (request[4] ?? 0)).toString() : request.subarray(4, 8).join('.');
        const port = request.readUInt16BE(request.length - 2);
        asked.push(`${host}:${port}`);
        const target = connect(port, host, () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          target.pipe(client).pipe(target);
        });
        target.on('error', () => client.destroy());
        open.add(target);
      });
    });
  };
  const server = createServer(serve);
  return {
    host: `127.0.0.1:${await listening(server)}`,
    take: () => asked.splice(0),
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
