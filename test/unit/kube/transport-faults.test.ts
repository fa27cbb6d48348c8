import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import type { Wire, WireRequest } from '../../../src/kube/wire/wire.ts';
import { WireError } from '../../../src/kube/wire/wire-error.ts';
import { Failure } from '../../../src/model/failure.ts';
import { serveHTTP, serveSocket, wireTo } from './server.ts';

const GET = { method: 'GET', path: '/' } as const;
const POST = { method: 'POST', path: '/', body: '{}' } as const;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

async function lost(t: ExecutionContext, wire: Wire, request: WireRequest = GET): Promise<WireError> {
  const error = await t.throwsAsync(wire.request(request), { instanceOf: WireError });
  if (error === undefined) throw new Error('the request did not fail');
  t.false(error.message.includes('\n'), error.message);
  return error;
}

test('a refused connection is told in kubectl’s words, and nothing was sent', async (t) => {
  const error = await lost(t, wireTo(t, 'http://127.0.0.1:1'), POST);
  t.is(error.message, 'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?');
  t.deepEqual([error.fate, error.code], ['unsent', 'ECONNREFUSED']);
  const local = await lost(t, wireTo(t, 'http://localhost:1'));
  t.regex(local.message, /^The connection to the server localhost:1 was refused/);
});

test('a name that does not resolve: nothing was sent', async (t) => {
  const error = await lost(t, wireTo(t, 'https://name.invalid:6443'), POST);
  t.regex(error.message, /^Unable to connect to the server: dial tcp: lookup name\.invalid/);
  t.is(error.fate, 'unsent');
});

test('a server that takes the request and says nothing: the time-out leaves its fate unknown', async (t) => {
  const server = await serveSocket(t, () => undefined);
  const error = await lost(t, wireTo(t, server.url, { timeoutMs: 400 }), POST);
  t.regex(error.message, /gave no complete answer within 0\.4s$/);
  t.deepEqual([error.fate, error.code], ['unknown', 'ETIMEDOUT']);
  t.is((await lost(t, wireTo(t, server.url), { ...GET, timeoutMs: 50 })).code, 'ETIMEDOUT');
});

test('a server that hangs in the TLS handshake: nothing was sent', async (t) => {
  const server = await serveSocket(t, () => undefined);
  const wire = wireTo(t, server.url.replace('http', 'https'), { timeoutMs: 400 });
  t.is((await lost(t, wire, POST)).fate, 'unsent');
});

test('a server that speaks plain HTTP on an https address: nothing was sent', async (t) => {
  const server = await serveHTTP(t, (_, response) => response.end('{}'));
  const error = await lost(t, wireTo(t, server.url.replace('http', 'https')), POST);
  t.regex(error.message, /does not speak TLS/);
  t.is(error.fate, 'unsent');
});

test('a server that speaks another protocol is told as such', async (t) => {
  const server = await serveSocket(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n\u001b[31m'));
  const error = await lost(t, wireTo(t, server.url), POST);
  t.regex(error.message, /does not speak HTTP/);
  t.is(error.fate, 'unknown');
});

test('a slow body is ended by the time-out, a cut-off one by its end: fate unknown', async (t) => {
  const slow = await serveHTTP(t, (_, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('{');
  });
  t.is((await lost(t, wireTo(t, slow.url, { timeoutMs: 400 }), POST)).fate, 'unknown');
  const cut = await serveSocket(t, (socket) => socket.once('data', () => socket.end(OK.replace('2\r', '9\r'))));
  const error = await lost(t, wireTo(t, cut.url), POST);
  t.regex(error.message, /^Unable to connect to the server: the answer of \S+ was cut off: unexpected EOF$/);
  t.is(error.fate, 'unknown');
  const zipped = gzipSync('x'.repeat(1000)).subarray(0, 15);
  const gzip = await serveHTTP(t, (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped));
  t.is((await lost(t, wireTo(t, gzip.url), POST)).fate, 'unknown');
});

test('a chunked stream that breaks off is an error, one that ends is not', async (t) => {
  const start = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n';
  const read = async (answer: string) => {
    const server = await serveSocket(t, (socket) => socket.once('data', () => socket.end(answer)));
    const stream = await wireTo(t, server.url).stream(GET);
    let text = '';
    for await (const chunk of stream.chunks) text += chunk.toString();
    return text;
  };
  t.is(await read(`${start}0\r\n\r\n`), 'one');
  t.is((await t.throwsAsync(read(start), { instanceOf: WireError }))?.fate, 'unknown');
});

/** A server that answers `good` requests on a connection and resets it at the next one. */
function resetting(t: ExecutionContext, good: number) {
  return serveSocket(t, (socket: Socket) => {
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      if (requests > good) socket.resetAndDestroy();
      else socket.write(OK);
    });
  });
}

test('a kept-alive connection that the server had closed: a read is sent again, a write is not', async (t) => {
  const server = await resetting(t, 1);
  const wire = wireTo(t, server.url);
  await wire.request(GET);
  t.is((await wire.request(GET)).status, 200);
  t.is(server.connections, 2);
  const error = await lost(t, wire, POST);
  t.deepEqual([error.fate, server.connections], ['unknown', 2]);
});

test('a server that resets every connection ends a read too', async (t) => {
  const server = await resetting(t, 0);
  t.is((await lost(t, wireTo(t, server.url))).fate, 'unknown');
  t.is(server.connections, 1);
});

test('an idle connection that the server closes is not used again', async (t) => {
  const server = await serveHTTP(t, (_, response) => response.writeHead(200, { connection: 'close' }).end('{}'));
  const wire = wireTo(t, server.url);
  await wire.request(POST);
  await sleep(20);
  t.is((await wire.request(POST)).status, 200);
});

test('a read that is sent again leaves other requests on the way alone', async (t) => {
  let requests = 0;
  const server = await serveSocket(t, (socket) => {
    let own = 0;
    socket.on('data', async (data) => {
      own += 1;
      requests += 1;
      if (data.includes('/slow')) await sleep(200);
      if (data.includes('/read') && own > 1) socket.resetAndDestroy();
      else socket.write(OK);
    });
  });
  const wire = wireTo(t, server.url);
  await Promise.all([wire.request(GET), wire.request(GET)]);
  const slow = wire.request({ ...POST, path: '/slow' });
  t.is((await wire.request({ ...GET, path: '/read' })).status, 200);
  t.is((await slow).status, 200);
  t.is(requests, 5);
});

test('certificates that cannot be used are told in one line, and the wire can still be closed', async (t) => {
  const credentials = { get: async () => ({ cert: 'x', key: 'y' }) };
  const wire = wireTo(t, 'https://127.0.0.1:1', { credentials, ca: 'x' });
  const error = await t.throwsAsync(wire.request(GET), { instanceOf: Failure });
  t.regex(error?.message ?? '', /^tls: the certificates of the kubeconfig cannot be used: /);
  wire.close();
});

test('a server that hangs is told though no time limit was given; one whose answer has begun may take its time', async (t) => {
  const hanging = await serveSocket(t, () => undefined);
  const error = await lost(t, wireTo(t, hanging.url, { answerMs: 100 }), GET);
  t.is(error.code, 'ETIMEDOUT');
  t.regex(error.message, /gave no complete answer within 0\.1s/);
  const slow = await serveHTTP(t, (_, response) => {
    response.writeHead(200);
    response.write('{"kind":');
    setTimeout(() => response.end('"Slow"}'), 1_600);
  });
  t.is((await wireTo(t, slow.url, { answerMs: 1_500 }).request(GET)).body.toString(), '{"kind":"Slow"}');
});
