import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { leasesOf, readFlannelLeases, readLease } from '../../../src/survey/flannel-leases.ts';

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

/** The leases of an etcd as the checks see them. */
async function leasesAt(...endpoints: string[]) {
  const leases = leasesOf({ known: true, value: await readFlannelLeases(store(...endpoints)), source: '' });
  return leases.known ? leases : { value: [], source: leases.reason };
}

test('leases of the v2 API are read where v3 has none', async (t) => {
  const etcd = await recorded({
    '/v3/kv/range': [200, EMPTY_V3],
    '/v2/keys/coreos.com/network/subnets': [200, V2],
  });
  t.teardown(etcd.close);
  const { value, source } = await leasesAt(etcd.url);
  t.is(source, 'etcd /coreos.com/network');
  t.like(value[0], {
    key: '/coreos.com/network/subnets/10.5.77.0-24',
    api: 2,
    publicIPs: ['10.99.0.99'],
    macs: ['ba:00:00:00:00:09'],
    ttl: 86_400,
  });
});

test('an etcd that has only v2 is read, and an endpoint that is down gives way to the next', async (t) => {
  const etcd = await recorded({ '/v2/keys/coreos.com/network/subnets': [200, V2] });
  t.teardown(etcd.close);
  t.is((await leasesAt('http://127.0.0.1:1', etcd.url)).value.length, 1);
});

test('an endpoint that has lost its cluster gives way to the next, and is named when it is the last', async (t) => {
  const lost = await recorded({ '/v3/kv/range': [503, '{"error":"etcdserver: no leader","code":14}'] });
  const etcd = await recorded({ '/v2/keys/coreos.com/network/subnets': [200, V2] });
  t.teardown(lost.close);
  t.teardown(etcd.close);
  t.is((await leasesAt(lost.url, etcd.url)).value.length, 1);
  await t.throwsAsync(readFlannelLeases(store(lost.url)), {
    instanceOf: Failure,
    message: `etcd at ${lost.url} cannot be read: it answered 503: etcdserver: no leader`,
  });
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

/** What flanneld 0.28.9 wrote into etcd 3.7.3. */
const DUAL =
  '{"PublicIP":"10.98.0.11","PublicIPv6":"fd00:98::11","BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"86:d4:44:b5:f9:a0"},"BackendV6Data":{"VNI":1,"VtepMAC":"42:cf:a2:c3:a0:ed"}}';
const IPV6 =
  '{"PublicIP":"0.0.0.0","PublicIPv6":"fd00:98::12","BackendType":"vxlan","BackendV6Data":{"VNI":1,"VtepMAC":"86:18:78:a1:30:ac"}}';

for (const [title, name, value, subnets, publicIPs, macs] of [
  [
    'dual stack',
    '10.5.65.0-24&fd00:5:0:57::-64',
    DUAL,
    ['10.5.65.0/24', 'fd00:5:0:57::/64'],
    ['10.98.0.11', 'fd00:98::11'],
    ['86:d4:44:b5:f9:a0', '42:cf:a2:c3:a0:ed'],
  ],
  ['IPv6 alone', '0.0.0.0-0&fd00:5:0:39::-64', IPV6, ['fd00:5:0:39::/64'], ['fd00:98::12'], ['86:18:78:a1:30:ac']],
  ['a value that is no JSON', '10.5.6.0-24', '{', ['10.5.6.0/24'], [], []],
  ['a name that is no subnet', 'x', 'null', [], [], []],
] as const) {
  test(`of a lease each family that it has is read: ${title}`, (t) => {
    const lease = readLease({ key: `/p/subnets/${name}`, api: 3, value, ttl: undefined });
    t.deepEqual(
      lease.subnets.map(({ text }) => text),
      [...subnets],
    );
    t.deepEqual([lease.publicIPs, lease.macs], [[...publicIPs], [...macs]]);
  });
}
