import test from 'ava';
import { debianEtcd } from '../../scripts/components/debian-etcd.ts';
import type { Finding } from '../../src/model/finding.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { type Etcd, leaseValue, startEtcd } from '../harness/flannel/etcd.ts';
import { createNodes, node } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
let etcd: Etcd;

test.before(async () => {
  const debian = await debianEtcd();
  if ('obstacle' in debian) throw new Error(debian.obstacle);
  plane = await startControlPlane();
  etcd = await startEtcd({ binary: debian.binary, flags: ['--enable-v2'] });
  await createNodes(plane.api, [
    node('host-1', { address: '192.168.0.1' }),
    node('host-2', { address: '192.168.0.2' }),
    node('host-3', { address: '192.168.0.3' }),
  ]);
});
test.after.always(async () => {
  await etcd?.stop();
  await plane?.stop();
});

const SUBNETS = '/coreos.com/network/subnets';

/** Puts a lease by the v2 API, as flanneld did until v0.17 (subnet/etcdv2/registry.go: createSubnet); no ttl: a reservation. */
async function put(subnet: string, ip: string, mac: string, ttl?: number): Promise<void> {
  const value = JSON.stringify({ PublicIP: ip, BackendType: 'vxlan', BackendData: { VtepMAC: mac } });
  const body = new URLSearchParams({ value, ...(ttl !== undefined && { ttl: String(ttl) }) });
  const { ok, status } = await fetch(`${etcd.url}/v2/keys${SUBNETS}/${subnet}`, { method: 'PUT', body });
  if (!ok) throw new Error(`etcd answered ${status}`);
}

const run = (args: string[], input?: string) =>
  runPodcidr(args, { kubeconfig: plane.kubeconfig, ...(input !== undefined && { input }) });

async function staleLeases(): Promise<Finding[]> {
  const ran = await run(['validate', '-o', 'json', `--flannel-etcd-endpoints=${etcd.url}`]);
  if (ran.stdout === '') throw new Error(ran.stderr);
  return JSON.parse(ran.stdout).findings.filter(({ code }: Finding) => code === 'FlannelLeaseStale');
}

test.serial('an etcd without leases in either API is one line that names the flag', async (t) => {
  const { code, stdout, stderr } = await run(['validate', `--flannel-etcd-endpoints=${etcd.url}`]);
  t.deepEqual([code, stdout], [2, '']);
  t.regex(stderr, /has no subnet below "\/coreos\.com\/network"\n.*--flannel-etcd-prefix/);
});

test.serial('leases of the v2 API that agree with the nodes say nothing, one that is reserved included', async (t) => {
  await put('10.5.10.0-24', '192.168.0.1', 'ba:00:00:00:00:01', 80_000);
  await put('10.5.20.0-24', '192.168.0.2', 'ba:00:00:00:00:02', 80_000);
  await put('10.5.30.0-24', '192.168.0.3', 'ba:00:00:00:00:03');
  t.deepEqual(await staleLeases(), []);
});

test.serial('stale leases of the v2 API are told with a remedy for that API, and a dump says the same', async (t) => {
  await put('10.5.34.0-24', '192.168.0.66', 'ba:00:00:00:00:02', 3_590);
  await put('10.5.40.0-24', '192.168.0.99', 'ba:00:00:00:00:09');
  const [finding] = await staleLeases();
  t.deepEqual(finding?.nodes, ['host-2']);
  t.deepEqual(finding?.evidence, [
    'read from etcd /coreos.com/network',
    `${SUBNETS}/10.5.34.0-24: VtepMAC ba:00:00:00:00:02 is also that of ${SUBNETS}/10.5.20.0-24, which was renewed later, it ends in 59 min`,
    `${SUBNETS}/10.5.40.0-24: no node has its PublicIP 192.168.0.99, it never ends`,
  ]);
  t.is(
    finding?.remedy,
    `ETCDCTL_API=2 etcdctl rm ${SUBNETS}/10.5.34.0-24 && ETCDCTL_API=2 etcdctl rm ${SUBNETS}/10.5.40.0-24  # then restart flannel on all nodes`,
  );
  const flag = `--flannel-etcd-endpoints=${etcd.url}`;
  const { stdout } = await run(['dump', flag]);
  const live = await run(['validate', flag]);
  t.is(live.code, 1);
  t.deepEqual(await run(['validate', '-f', '-'], stdout), live);
});

test.serial('keys of v3 come first: flannel 0.18 and later look there alone', async (t) => {
  await etcd.put(`${SUBNETS}/10.5.11.0-24`, leaseValue('192.168.0.1', 'ba:00:00:00:00:01'), 80_000);
  t.deepEqual(await staleLeases(), []);
});
