import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { readFlannelLeases, readLease } from '../../../src/survey/flannel-leases.ts';

/** What etcd 3.4.23 with --enable-v2 answered. */
const V2 =
  '{"action":"get","node":{"key":"/coreos.com/network/subnets","dir":true,"nodes":[{"key":"/coreos.com/network/subnets/10.5.77.0-24","value":"{\\"PublicIP\\":\\"10.99.0.99\\",\\"BackendType\\":\\"vxlan\\",\\"BackendData\\":{\\"VtepMAC\\":\\"BA:00:00:00:00:09\\"}}","expiration":"2026-11-22T19:53:14.69350112Z","ttl":86400,"modifiedIndex":4,"createdIndex":4}],"modifiedIndex":4,"createdIndex":4}}\n';
const EMPTY_V3 = '{"header":{"cluster_id":"12101053776118486841","member_id":"15985099378392235387","revision":"3"}}';

/** A server that gives recorded answers; anything else is 404 in plain text, as etcd has it. */
async function recorded(answers: Record<string, [status: number, body: string]>) {
  const server = createServer((request, response) => {
    request.resume();
    const [status, body] = answers[(request.url ?? '').replace(/\?.*/, '')] ?? [404, '404 page not found\n'];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const store = (...endpoints: string[]) => ({
  endpoints,
  ca: undefined,
  cert: undefined,
  key: undefined,
  prefix: '/coreos.com/network',
});

test('leases of the v2 API are read where v3 has none', async (t) => {
  const etcd = await recorded({
    '/v3/kv/range': [200, EMPTY_V3],
    '/v2/keys/coreos.com/network/subnets': [200, V2],
  });
  t.teardown(etcd.close);
  const leases = await readFlannelLeases(store(etcd.url));
  t.like(leases.known && leases.value[0], {
    key: '/coreos.com/network/subnets/10.5.77.0-24',
    publicIP: '10.99.0.99',
    backend: 'vxlan',
    mac: 'ba:00:00:00:00:09',
    ttl: 86_400,
  });
});

test('an etcd that has only v2 is read, and an endpoint that is down gives way to the next', async (t) => {
  const etcd = await recorded({ '/v2/keys/coreos.com/network/subnets': [200, V2] });
  t.teardown(etcd.close);
  const leases = await readFlannelLeases(store('http://127.0.0.1:1', etcd.url));
  t.is(leases.known && leases.value.length, 1);
});

test('an etcd without subnets below the prefix, or that refuses, is one line that names the flag', async (t) => {
  const empty = await recorded({ '/v3/kv/range': [200, EMPTY_V3] });
  const closed = await recorded({
    '/v3/kv/range': [
      400,
      '{"error":"etcdserver: user name is empty","code":3,"message":"etcdserver: user name is empty"}',
    ],
  });
  t.teardown(empty.close);
  t.teardown(closed.close);
  await t.throwsAsync(readFlannelLeases(store(empty.url)), {
    instanceOf: Failure,
    message: /has no subnet below "\/coreos\.com\/network"$/,
  });
  await t.throwsAsync(readFlannelLeases(store(closed.url)), {
    instanceOf: Failure,
    message: /answered 400: etcdserver: user name is empty$/,
  });
});

for (const [endpoint, expected] of [
  ['10.0.0.1:2379', /is no URL: write it like https:\/\/10\.0\.0\.1:2379$/],
  ['', /"" is no URL/],
  ['ftp://x', /is no URL/],
] as const) {
  test(`an endpoint that is no URL is refused: ${endpoint}`, async (t) => {
    await t.throwsAsync(readFlannelLeases(store(endpoint)), { instanceOf: Failure, message: expected });
  });
}

test('files that cannot be read, and a certificate without its key, are refused', async (t) => {
  const at = store('https://127.0.0.1:1');
  await t.throwsAsync(readFlannelLeases({ ...at, ca: '/no/such/file' }), {
    instanceOf: Failure,
    message: '--flannel-etcd-ca "/no/such/file" cannot be read: ENOENT',
  });
  await t.throwsAsync(readFlannelLeases({ ...at, cert: '/x' }), { instanceOf: Failure, message: /go together$/ });
});

test('a dual-stack key has both subnets, and a strange value tells nothing', (t) => {
  const lease = readLease({ key: '/p/subnets/10.5.6.0-24&fc00:0:0:c::-64', value: '{', ttl: undefined });
  t.deepEqual(
    lease.subnets.map(({ text }) => text),
    ['10.5.6.0/24', 'fc00:0:0:c::/64'],
  );
  t.is(lease.publicIP, '');
});
