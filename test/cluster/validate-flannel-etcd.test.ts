import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { newAuthority } from '../../scripts/clusters/credentials.ts';
import { until } from '../../scripts/lib/processes.ts';
import type { Finding } from '../../src/model/finding.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { type Etcd, leaseValue, startEtcd } from '../harness/flannel/etcd.ts';
import { createNodes, node } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
let etcd: Etcd;

test.before(async () => {
  plane = await startControlPlane();
  etcd = await startEtcd({ flags: ['--unsafe-no-fsync'] });
  await createNodes(plane.api, [
    node('host-1', { address: '192.168.0.1' }),
    node('host-2', { address: '192.168.0.2' }),
  ]);
});
test.after.always(async () => {
  await etcd?.stop();
  await plane?.stop();
});

const PREFIX = '/coreos.com/network';

/** Puts a lease in flanneld's form, that goes after `seconds`. */
function put(subnet: string, ip: string, mac: string, seconds?: number, prefix = PREFIX): Promise<void> {
  return etcd.put(`${prefix}/subnets/${subnet}`, leaseValue(ip, mac), seconds);
}

const run = (args: string[], input?: string) =>
  runPodcidr(args, { kubeconfig: plane.kubeconfig, ...(input !== undefined && { input }) });

async function staleLeases(args: string[]): Promise<Finding[]> {
  const { stdout, stderr } = await run(['validate', '-o', 'json', ...args]);
  if (stdout === '') throw new Error(stderr);
  const findings: Finding[] = JSON.parse(stdout).findings;
  return findings.filter(({ code }) => code === 'FlannelLeaseStale');
}

test.serial("of leases in etcd that of a machine that is gone, with a living host's MAC, is told", async (t) => {
  await put('10.5.10.0-24', '192.168.0.1', 'ba:00:00:00:00:01', 80_000);
  await put('10.5.20.0-24', '192.168.0.2', 'ba:00:00:00:00:02', 80_000);
  const flag = `--flannel-etcd-endpoints=${etcd.url}`;
  t.deepEqual(await staleLeases([flag]), []);
  await put('10.5.34.0-24', '192.168.0.66', 'ba:00:00:00:00:02', 3_590);
  const [finding] = await staleLeases([flag]);
  t.deepEqual([finding?.severity, finding?.nodes], ['error', ['host-2']]);
  t.is(finding?.remedy, 'etcdctl del /coreos.com/network/subnets/10.5.34.0-24  # then restart flannel on all nodes');
});

test.serial('the report is the same, byte for byte, from etcd and from a dump that has the leases', async (t) => {
  const flag = `--flannel-etcd-endpoints=${etcd.url}`;
  const dumped = await run(['dump', flag]);
  t.is(dumped.code, 0, dumped.stderr);
  t.regex(dumped.stderr, /3 FlannelLeases/);
  for (const output of ['table', 'json', 'yaml', 'junit', 'prometheus']) {
    const live = await run(['validate', '-o', output, flag]);
    t.is(live.code, 1);
    t.deepEqual(await run(['validate', '-o', output, '-f', '-'], dumped.stdout), live);
  }
  // Of a dump without them, with the flag.
  const without = await run(['dump']);
  t.notRegex(without.stdout, /FlannelLease/);
  const live = await run(['validate', flag]);
  t.deepEqual(await run(['validate', '-f', '-', flag], without.stdout), live);
});

test.serial('a redacted dump has the leases too, without a prefix of the own', async (t) => {
  await put('10.5.10.0-24', '192.168.0.1', 'ba:00:00:00:00:01', 80_000, '/payroll');
  await put('10.5.34.0-24', '192.168.0.66', 'ba:00:00:00:00:01', undefined, '/payroll');
  const flags = [`--flannel-etcd-endpoints=${etcd.url}`, '--flannel-etcd-prefix=/payroll'];
  const dumped = await run(['dump', '--redact', ...flags]);
  t.notRegex(dumped.stdout, /payroll|host-1/);
  const args = ['validate', '-o', 'json'];
  const renamed = [plane.node, 'host-1', 'host-2']
    .sort()
    .reduce(
      (text, name, index) => text.replaceAll(new RegExp(`(?<![\\w.])${name}(?![\\w.])`, 'g'), `node-${index + 1}`),
      (await run([...args, ...flags])).stdout.replaceAll('/payroll', '/prefix'),
    );
  t.regex(renamed, /etcdctl del \/prefix\/subnets\/10\.5\.34\.0-24/);
  t.is((await run([...args, '-f', '-'], dumped.stdout)).stdout, renamed);
});

test.serial('an etcd that asks for client certificates is read with one, and refuses without', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-etcd-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const authority = await newAuthority();
  const [server, client] = await Promise.all([
    authority.server('etcd', ['localhost'], ['127.0.0.1']),
    authority.client('podcidr', []),
  ]);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ca = file('ca.pem', authority.ca);
  const [cert, key] = [file('client.pem', client.cert), file('client.key', client.key)];
  const closed = await startEtcd({
    scheme: 'https',
    flags: [
      '--unsafe-no-fsync',
      '--client-cert-auth',
      `--trusted-ca-file=${ca}`,
      `--cert-file=${file('server.pem', server.cert)}`,
      `--key-file=${file('server.key', server.key)}`,
      // Its gateway asks the server as a client of its own.
      `--client-cert-file=${cert}`,
      `--client-key-file=${key}`,
    ],
  });
  t.teardown(() => closed.stop());
  const endpoint = `--flannel-etcd-endpoints=${closed.url}`;
  const files = [`--flannel-etcd-ca=${ca}`, `--flannel-etcd-cert=${cert}`, `--flannel-etcd-key=${key}`];
  const asked = () => run(['validate', endpoint, ...files]);
  // Its gateway answers 503 until it has found its server.
  t.true(await until(async () => !(await asked()).stderr.includes('answered 503'), 20_000));
  t.like(await asked(), { code: 2, stdout: '' });
  t.regex((await asked()).stderr, /has no subnet below "\/coreos\.com\/network"/);
  for (const [args, words] of [
    [[endpoint], /^error: etcd at https:\S+ cannot be read: tls: failed to verify certificate/],
    [[endpoint, ...files.slice(0, 1)], /^error: etcd at https:\S+ cannot be read: .*certificate required/],
  ] as const) {
    const refused = await run(['validate', ...args]);
    t.deepEqual([refused.code, refused.stdout], [2, '']);
    t.regex(refused.stderr, words);
    t.regex(refused.stderr, /\n.*check --flannel-etcd-endpoints, --flannel-etcd-ca/);
    t.true(refused.stderr.trimEnd().split('\n').length <= 3, refused.stderr);
  }
});

for (const [args, expected] of [
  [['--flannel-etcd-endpoints=127.0.0.1:2379'], /is no URL: write it like https/],
  [['--flannel-etcd-endpoints=http://127.0.0.1:1'], /127\.0\.0\.1:1/],
  [['--flannel-etcd-prefix=/x'], /--flannel-etcd-prefix goes with --flannel-etcd-endpoints/],
  [['--flannel-etcd-endpoints=http://127.0.0.1:1', '--flannel-etcd-prefix=x'], /is a path that begins with \//],
  [['--flannel-etcd-endpoints=https://127.0.0.1:1', '--flannel-etcd-ca=/no/file'], /cannot be read: ENOENT/],
] as const) {
  test.serial(`bad input is one line, exit 2, and nothing on stdout: ${args.join(' ')}`, async (t) => {
    const { code, stdout, stderr } = await runPodcidr(['validate', ...args], { kubeconfig: plane.kubeconfig });
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, expected);
    t.true(stderr.trimEnd().split('\n').length <= 3, stderr);
  });
}
