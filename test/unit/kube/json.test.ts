import test from 'ava';
import { listNodes } from '../../../src/kube/objects/nodes.ts';
import { ApiError, apiError } from '../../../src/kube/wire/api-error.ts';
import { requestJSON } from '../../../src/kube/wire/json.ts';
import { Failure } from '../../../src/model/failure.ts';
import { serveHTTP, wireTo } from './server.ts';

const GET = { method: 'GET', path: '/api/v1/nodes' } as const;

const status = (reason: string, message: string, more: object = {}) =>
  Buffer.from(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, ...more }));

test('what the server refuses is told in kubectl’s words', (t) => {
  const described = (code: number, body: Buffer, headers = {}) => apiError({ status: code, headers, body }).describe;
  t.is(described(404, status('NotFound', 'nodes "x" not found')), 'Error from server (NotFound): nodes "x" not found');
  t.is(
    described(401, status('Unauthorized', 'Unauthorized')),
    'error: You must be logged in to the server (Unauthorized)',
  );
  t.is(described(500, status('', 'rpc')), 'Error from server: rpc');
  t.is(described(403, status('Forbidden', 'a\n\u001b[31mb')), 'Error from server (Forbidden): a\\n^[[31mb');
  const plain = { 'content-type': 'text/plain; charset=utf-8' };
  t.is(described(403, Buffer.from('go away\n'), plain), 'Error from server (Forbidden): go away');
  t.regex(
    described(404, Buffer.from('<html>'), { 'content-type': 'text/html' }),
    /could not find the requested resource$/,
  );
  t.regex(
    described(502, Buffer.from('<html>'), { 'content-type': 'text/html' }),
    /InternalError\): an error on the server \("<html>"\)/,
  );
  t.regex(described(302, Buffer.from('')), /^Error from server: the server responded with the status code 302/);
  t.regex(described(400, Buffer.from('{"kind":"Pod"}')), /BadRequest\): the server rejected our request/);
});

test('how long the server asks to wait is kept in milliseconds', (t) => {
  const busy = (headers: Record<string, string>, body = status('TooManyRequests', 'busy')) =>
    apiError({ status: 429, headers, body }).retryAfterMs;
  t.is(busy({ 'retry-after': '2' }), 2000);
  t.is(busy({}, status('TooManyRequests', 'busy', { details: { retryAfterSeconds: 3 } })), 3000);
  t.is(busy({ 'retry-after': 'tomorrow' }), undefined);
});

test('details and reason of a refusal reach the caller', async (t) => {
  const server = await serveHTTP(t, (_, response) => {
    response.writeHead(409).end(status('AlreadyExists', 'nodes "n" already exists', { details: { name: 'n' } }));
  });
  const error = await t.throwsAsync(requestJSON(wireTo(t, server.url), GET), { instanceOf: ApiError });
  t.deepEqual([error?.status, error?.reason, error?.details.name], [409, 'AlreadyExists', 'n']);
});

test('a server that is no Kubernetes API server is told in one line with what it sent', async (t) => {
  const answers: [string, string, RegExp][] = [
    [
      'text/html',
      '<!doctype html>\n<html><title>\u001b[31mLogin to your account</title>',
      /"<!doctype html>\\n<html>.*…" \(text\/html\)/,
    ],
    ['text/plain', '', /the answer is empty$/],
    ['application/json', '[1]', /it sent "\[1\]" \(application\/json\), not a JSON object$/],
    ['application/json', '{"kind": "NodeLi', /it sent "\{"kind": "NodeLi"/],
  ];
  for (const [type, body, expected] of answers) {
    const server = await serveHTTP(t, (_, response) => response.writeHead(200, { 'content-type': type }).end(body));
    const error = await t.throwsAsync(requestJSON(wireTo(t, server.url), GET), { instanceOf: Failure });
    t.true(error?.message.startsWith(`${server.url} does not answer as a Kubernetes API server`));
    t.regex(error?.message ?? '', expected);
    t.notRegex(error?.message ?? '', /\p{Cc}/u);
  }
});

test('a JSON object that is no list never passes as an empty cluster', async (t) => {
  for (const body of [
    '{"hello":1}',
    '{}',
    '{"kind":"Node","items":[]}',
    '{"kind":"NodeList","items":{}}',
    '{"kind":"NodeList"}',
  ]) {
    const server = await serveHTTP(t, (_, response) => response.end(body));
    const error = await t.throwsAsync(listNodes(wireTo(t, server.url), 'cached'), { instanceOf: Failure }, body);
    t.is(
      error?.message,
      `${server.url} does not answer as a Kubernetes API server: it sent a JSON object that is no list`,
    );
  }
  for (const items of ['null', '[]']) {
    const server = await serveHTTP(t, (_, response) => response.end(`{"kind":"NodeList","items":${items}}`));
    t.deepEqual((await listNodes(wireTo(t, server.url), 'cached')).items, [], 'Go writes an empty list as null');
  }
});

test('a refusal by something that speaks no Kubernetes names the server and says so', async (t) => {
  const html = { 'content-type': 'text/html;charset=utf-8' };
  const plain = { 'content-type': 'text/plain' };
  const answers: [status: number, headers: Record<string, string>, body: string, expected: string | RegExp][] = [
    [
      404,
      html,
      '<!DOCTYPE HTML>\n<html lang="en">',
      'it answered 404 with "<!DOCTYPE HTML>\\n<html lang="en">" (text/html;charset=utf-8)',
    ],
    [302, { location: '/login' }, '', 'it answered 302 with an empty body'],
    [
      400,
      plain,
      'Client sent an HTTP request to an HTTPS server.\n',
      'it answered 400 with "Client sent an HTTP request to an HTTPS server." (text/plain)',
    ],
    [403, html, '<html>', 'it answered 403 with "<html>" (text/html;charset=utf-8)'],
  ];
  for (const [status, headers, body, expected] of answers) {
    const server = await serveHTTP(t, (_, response) => response.writeHead(status, headers).end(body));
    const error = await t.throwsAsync(requestJSON(wireTo(t, server.url), GET), { instanceOf: ApiError });
    t.is(error?.describe, `error: ${server.url} does not answer as a Kubernetes API server: ${expected}`);
    t.is(error?.status, status);
  }
  for (const status of [401, 403, 429, 502]) {
    const server = await serveHTTP(t, (_, response) => response.writeHead(status, plain).end('no'));
    const error = await t.throwsAsync(requestJSON(wireTo(t, server.url), GET), { instanceOf: ApiError });
    t.notRegex(error?.describe ?? '', /does not answer/, `a plain ${status} may come from a Kubernetes API server`);
  }
});
