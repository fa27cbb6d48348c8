/**
 * Runs in a node's namespaces: node csi-driver-main.ts SOCKET NAME NODE
 * A CSI driver without volumes, as far as a kubelet asks before it writes CSINode: gRPC by hand on one socket, which the kubelet
 * finds in plugins_registry (pluginregistration/v1/api.proto, csi.proto:NodeGetInfo). Prints what the kubelet makes of each
 * registration, a line each: `registered`, or `refused`.
 */
import { rmSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';

const [socket = '', name = '', node = ''] = process.argv.slice(2);

const UNIMPLEMENTED = '12';

/** A protobuf field of text, shorter than 128 bytes. */
function field(number: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** gRPC's frame: not compressed, the length in four bytes, the message. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** RegistrationStatus has plugin_registered as its first field, and leaves it out when it is false. */
function note(status: Buffer): Buffer {
  process.stdout.write(status[0] === 0x08 && status[1] === 1 ? 'registered\n' : 'refused\n');
  return Buffer.alloc(0);
}

/** By the method's path: from the request's message to the answer's. */
const METHODS: Record<string, (message: Buffer) => Buffer> = {
  // type, name, supported_versions. Without an endpoint the kubelet asks the rest at this socket too.
  '/pluginregistration.Registration/GetInfo': () =>
    Buffer.concat([field(1, 'CSIPlugin'), field(2, name), field(4, '1.0.0')]),
  '/pluginregistration.Registration/NotifyRegistrationStatus': note,
  // node_id
  '/csi.v1.Node/NodeGetInfo': () => field(1, node),
};

async function answer(stream: ServerHttp2Stream, path: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const method = METHODS[path];
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': method ? '0' : UNIMPLEMENTED }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.end(method && framed(method(Buffer.concat(chunks).subarray(5))));
}

// Of one that was killed; the kubelet sees it go and come.
rmSync(socket, { force: true });
const server = createServer();
server.on('stream', (stream, headers) => {
  // A kubelet that ends on the way asks again once it is back.
  stream.on('error', () => undefined);
  void answer(stream, headers[':path'] ?? '').catch(() => undefined);
});
server.on('sessionError', () => undefined);
server.listen(socket);
