import { gzipSync } from 'node:zlib';
import test from 'ava';
import { WireError } from '../../../src/kube/wire/wire-error.ts';
import { Failure } from '../../../src/model/failure.ts';
import { serveHTTP, wireTo } from './server.ts';

const GET = { method: 'GET', path: '/api/v1/nodes' } as const;

test('requests awaited one after the other travel on one connection, with the base path and the given headers', async (t) => {
  const seen: string[] = [];
  const server = await serveHTTP(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['user-agent']} ${request.headers.accept}`);
    response.end('{}');
  });
  const wire = wireTo(t, `${server.url}/k8s/clusters/x`);
  t.is(wire.server, `${server.url}/k8s/clusters/x`);
  for (let i = 0; i < 3; i += 1) await wire.request({ ...GET, query: { limit: '1', labelSelector: 'a=b c' } });
  await Promise.all([wire.request(GET), wire.request(GET), wire.request(GET)]);
  const parallel = server.connections;
  await wire.request({ ...GET, method: 'DELETE', body: '{"ä":1}' });
  await wire.request({ ...GET, method: 'POST', accept: 'a/b', body: '{}' });
  t.is(seen[0], 'GET /k8s/clusters/x/api/v1/nodes?limit=1&labelSelector=a%3Db+c kubectl-podcidr/test application/json');
  t.is(seen[7], 'POST /k8s/clusters/x/api/v1/nodes kubectl-podcidr/test a/b');
  t.true(parallel > 1 && parallel <= 3, 'parallel requests have connections of their own');
  t.is(server.connections, parallel);
});

test('bodies are sent with their length and kind, gzip is asked for and undone', async (t) => {
  const large = JSON.stringify({ text: 'x'.repeat(300_000) });
  const server = await serveHTTP(t, async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { 'content-type': type, 'content-length': length, 'accept-encoding': encoding } = request.headers;
    if (request.method === 'GET') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large));
    return response.writeHead(201).end(JSON.stringify({ body, type, length, encoding }));
  });
  const wire = wireTo(t, server.url);
  t.is((await wire.request(GET)).body.toString(), large);
  const body = '{"name":"knoten-ä"}';
  const patch = { method: 'PATCH', path: '/x', body, contentType: 'application/merge-patch+json' } as const;
  const answer = await wire.request(patch);
  t.is(answer.status, 201);
  const told = {
    body,
    type: 'application/merge-patch+json',
    length: String(Buffer.byteLength(body)),
    encoding: 'gzip',
  };
  t.deepEqual(JSON.parse(answer.body.toString()), told);
});

test('header values outside of Latin-1 and several values of one name arrive', async (t) => {
  const server = await serveHTTP(t, (request, response) => response.end(JSON.stringify(request.rawHeaders)));
  const { connect } = await import('../../../src/kube/connect.ts');
  const flags = { server: server.url, as: 'żółw', asGroups: ['a, b', 'c'], asUID: '7' };
  const wire = await connect(flags, { env: { HOME: '/nonexistent' }, version: '1.2.3', stdinIsTTY: false });
  t.teardown(() => wire.close());
  const raw: string[] = JSON.parse((await wire.request(GET)).body.toString());
  const values = (name: string) => raw.filter((_, index) => index % 2 === 1 && raw[index - 1] === name);
  t.deepEqual(
    values('Impersonate-User').map((value) => Buffer.from(value, 'latin1').toString()),
    ['żółw'],
  );
  t.deepEqual(values('Impersonate-Group'), ['a, b', 'c']);
  t.deepEqual(values('Impersonate-Uid'), ['7']);
  t.deepEqual(values('user-agent'), ['kubectl-podcidr/1.2.3']);
});

test('a refused credential is renewed once and the request sent again; a refusal that stays is handed on', async (t) => {
  let token = 'old';
  const server = await serveHTTP(t, (request, response) => {
    response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
  });
  let refreshed = 0;
  const credentials = {
    get: async () => ({ authorization: `Bearer ${token}` }),
    refresh: async () => {
      refreshed += 1;
      token = refreshed === 1 ? 'new' : 'bad';
      return true;
    },
  };
  const wire = wireTo(t, server.url, { credentials });
  t.is((await wire.request({ method: 'POST', path: '/', body: '{}' })).status, 200);
  t.is(refreshed, 1);
  token = 'expired';
  t.is((await wire.request(GET)).status, 401);
  t.is(refreshed, 2, 'one refresh a request');
  const same = wireTo(t, server.url, { credentials: { get: async () => ({}), refresh: async () => false } });
  t.is((await same.request(GET)).body.toString(), '{}');
  t.is((await wireTo(t, server.url).stream(GET)).status, 401);
});

test('a stream hands its pieces on as they come, and ends quietly when it is closed', async (t) => {
  const server = await serveHTTP(t, async (_, response) => {
    response.write('one\n');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    response.write('two\n');
  });
  const stream = await wireTo(t, server.url, { timeoutMs: 2_000 }).stream(GET);
  const pieces: string[] = [];
  for await (const piece of stream.chunks) {
    pieces.push(piece.toString());
    if (pieces.length === 2) stream.close();
  }
  t.deepEqual(pieces, ['one\n', 'two\n'], '--request-timeout ends no open stream');
  const unread = await wireTo(t, server.url).stream(GET);
  unread.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const left = await wireTo(t, server.url).stream(GET);
  for await (const piece of left.chunks) {
    t.is(piece.toString(), 'one\n');
    break;
  }
});

test('a credential that cannot be had any more once work is on the way is a request not sent', async (t) => {
  const server = await serveHTTP(t, (_, response) => response.end('{}'));
  let fails = true;
  const get = async () => {
    if (fails) throw new Failure('getting credentials: no', { hint: 'log in' });
    return {};
  };
  const wire = wireTo(t, server.url, { credentials: { get } });
  t.is((await t.throwsAsync(wire.request(GET), { instanceOf: Failure }))?.hint, 'log in');
  fails = false;
  await wire.request(GET);
  fails = true;
  const error = await t.throwsAsync(wire.request(GET), { instanceOf: WireError });
  t.deepEqual([error?.fate, error?.message], ['unsent', 'Unable to connect to the server: getting credentials: no']);
});
