import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../scripts/clusters/ports.ts';
import { component } from '../../scripts/components/build.ts';
import { until } from '../../scripts/lib/processes.ts';
import type { Finding } from '../../src/model/finding.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
let etcd: ChildProcess;
let url: string;
let folder: string;

/** flannel's own etcd, beside that of the control plane. */
async function startEtcd(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'podcidr-flannel-etcd-'));
  url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const flags = [
    `--data-dir=${folder}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
  etcd = spawn(await component('etcd', 'server'), flags, { stdio: 'ignore' });
  const healthy = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(healthy, 20_000))) throw new Error('etcd does not answer');
}

test.before(async () => {
  plane = await startControlPlane();
  await startEtcd();
});
test.after.always(async () => {
  etcd?.kill('SIGKILL');
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a lease as flanneld does: a key that goes after `seconds`. */
async function put(subnet: string, ip: string, mac: string, seconds: number): Promise<void> {
  const post = async (path: string, body: object) =>
    (await fetch(`${url}/v3${path}`, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<{ ID: string }>;
  const { ID: lease } = await post('/lease/grant', { TTL: seconds });
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const value = { PublicIP: ip, PublicIPv6: null, BackendType: 'vxlan', BackendData: { VNI: 1, VtepMAC: mac } };
  const key = encode(`/coreos.com/network/subnets/${subnet}`);
  await post('/kv/put', { key, value: encode(JSON.stringify(value)), lease });
}

test.serial("of leases in etcd that of a machine that is gone, with a living host's MAC, is told", async (t) => {
  await createNodes(plane.api, [
    node('host-1', { address: '192.168.0.1' }),
    node('host-2', { address: '192.168.0.2' }),
  ]);
  await put('10.5.10.0-24', '192.168.0.1', 'ba:00:00:00:00:01', 80_000);
  await put('10.5.20.0-24', '192.168.0.2', 'ba:00:00:00:00:02', 80_000);
  const validate = async () => {
    const args = ['validate', '-o', 'json', `--flannel-etcd-endpoints=${url}`];
    const findings: Finding[] = JSON.parse((await runPodcidr(args, { kubeconfig: plane.kubeconfig })).stdout).findings;
    return findings.filter(({ code }) => code === 'FlannelLeaseStale');
  };
  t.deepEqual(await validate(), []);
  await put('10.5.34.0-24', '192.168.0.66', 'ba:00:00:00:00:02', 3_000);
  const [finding] = await validate();
  t.deepEqual([finding?.severity, finding?.nodes], ['error', ['host-2']]);
  t.is(finding?.remedy, 'etcdctl del /coreos.com/network/subnets/10.5.34.0-24  # then restart flannel on all nodes');
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
