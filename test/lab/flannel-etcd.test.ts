import test from 'ava';
import type { Finding } from '../../src/model/finding.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { type Etcd, startEtcd } from '../harness/flannel/etcd.ts';
import { type FlannelMachine, startMachine } from '../harness/flannel/machine.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

const NODES = ['n1', 'n2', 'n3'];
const SUBNETS = '/coreos.com/network/subnets/';
const addressOf = (name: string) => `10.99.0.1${name.slice(1)}`;

let plane: ControlPlane;
let etcd: Etcd;
const machines = new Map<string, FlannelMachine>();

async function startMachines(
  prefix: string,
  config: object,
  addresses: (name: string) => string[],
  names = NODES,
): Promise<void> {
  await etcd.put(`${prefix}/config`, JSON.stringify(config));
  for (const name of names) {
    const machine = await startMachine(etcd, name, addresses(name));
    machines.set(name, machine);
    await machine.startFlannel(prefix);
  }
}

async function stopMachines(): Promise<void> {
  for (const machine of machines.values()) await machine.stop();
  machines.clear();
}

test.before(async () => {
  plane = await startControlPlane();
});
test.beforeEach(async () => {
  etcd = await startEtcd({ flags: ['--unsafe-no-fsync'] });
});
test.afterEach.always(async () => {
  await stopMachines();
  await etcd?.stop();
  await plane.clear();
});
test.after.always(() => plane?.stop());

const run = (args: string[], input?: string) =>
  runPodcidr(args, { kubeconfig: plane.kubeconfig, ...(input !== undefined && { input }) });

async function validate(...args: string[]): Promise<Finding[]> {
  const { code, stdout, stderr } = await run([
    'validate',
    '-o',
    'json',
    '--only=FlannelLeaseStale,PodStray,CNIIgnoresPodCIDR',
    `--flannel-etcd-endpoints=${etcd.url}`,
    ...args,
  ]);
  if (code === 2) throw new Error(stderr);
  return JSON.parse(stdout).findings;
}

const codesOf = (findings: Finding[]) => findings.map(({ code }) => code);

/** The key of the lease that flanneld has taken for an address. */
async function keyOf(address: string): Promise<string> {
  const found = (await etcd.below(SUBNETS)).filter(([, value]) => JSON.parse(value).PublicIP === address);
  if (found.length !== 1) throw new Error(`${found.length} leases of ${address}`);
  return found[0]?.[0] ?? '';
}

const subnetOf = (key: string) => key.slice(SUBNETS.length).replace('-', '/');

async function three(): Promise<void> {
  await startMachines('/coreos.com/network', { Network: '10.5.0.0/16', Backend: { Type: 'vxlan' } }, (name) => [
    `${addressOf(name)}/24`,
  ]);
  await createNodes(
    plane.api,
    NODES.map((name) => node(name, { address: addressOf(name) })),
  );
}

test.serial('leases that real flannelds have taken say nothing but that nodes are not asked for subnets', async (t) => {
  await three();
  t.is((await etcd.below(SUBNETS)).length, 3);
  const findings = await validate();
  t.deepEqual(codesOf(findings), ['CNIIgnoresPodCIDR']);
  t.deepEqual(findings[0]?.evidence, ['flannel: keeps its subnets in etcd /coreos.com/network']);
});

test.serial("pods are judged by their node's lease, and the answer of a dump is that of the cluster", async (t) => {
  await three();
  const [own, other] = [await keyOf(addressOf('n1')), await keyOf(addressOf('n2'))].map(subnetOf);
  const inside = (subnet: string | undefined, last: number) => subnet?.replace(/0\/24$/, String(last));
  for (const [name, host, ip] of [
    ['right', 'n1', inside(own, 7)],
    // The bridge kept the address of an earlier lease.
    ['stray', 'n1', '10.5.255.7'],
    ['of-peer', 'n2', inside(own, 9)],
    ['well', 'n2', inside(other, 7)],
    ['fine', 'n2', inside(other, 8)],
  ] as const) {
    await plane.api.post('/api/v1/namespaces/default/pods', pod(name, host));
    await plane.api.patch(`/api/v1/namespaces/default/pods/${name}/status`, {
      status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
    } as never);
  }
  const findings = (await validate()).filter(({ code }) => code === 'PodStray');
  t.deepEqual(
    findings.map(({ nodes, message, evidence }) => [nodes, message, evidence[0]]),
    [
      [['n1'], `n1: 1 pod has an address outside its subnet ${own}`, 'default/stray: 10.5.255.7'],
      [['n2'], `n2: 1 pod has an address outside its subnet ${other}`, `default/of-peer: ${inside(own, 9)}`],
    ],
  );
  const flag = `--flannel-etcd-endpoints=${etcd.url}`;
  const dumped = await run(['dump', flag]);
  t.regex(dumped.stderr, /3 FlannelLeases/);
  for (const output of ['table', 'json', 'junit']) {
    const live = await run(['validate', '-o', output, flag]);
    t.deepEqual(await run(['validate', '-o', output, '-f', '-'], dumped.stdout), live);
  }
});

test.serial('a machine that came back with another address has left a stale lease; the remedy cures it', async (t) => {
  await three();
  const stale = await keyOf(addressOf('n3'));
  const machine = machines.get('n3');
  await machine?.stopFlannel();
  await machine?.readdress('10.99.0.33/24');
  await machine?.startFlannel();
  const addresses = [{ type: 'InternalIP', address: '10.99.0.33' }];
  await plane.api.patch('/api/v1/nodes/n3/status', { status: { addresses } } as never);
  const [finding] = await validate();
  t.is(finding?.code, 'FlannelLeaseStale');
  t.is(finding?.subject.name, stale);
  // flanneld has made flannel.1 anew, with another MAC: nobody is harmed but by the needless routes.
  t.deepEqual(finding?.nodes, []);
  t.regex(finding?.evidence[1] ?? '', /: no node has its PublicIP 10\.99\.0\.13, it ends in 23 h$/);
  t.is(finding?.remedy, `etcdctl del ${stale}  # then restart flannel on all nodes`);
  await etcd.remove(stale);
  t.deepEqual(codesOf(await validate()), ['CNIIgnoresPodCIDR']);
});

test.serial('a machine that is gone keeps its lease: that is told', async (t) => {
  await three();
  const stale = await keyOf(addressOf('n2'));
  await machines.get('n2')?.stop();
  await plane.api.delete('/api/v1/nodes/n2');
  const [finding] = await validate();
  t.deepEqual([finding?.code, finding?.subject.name, finding?.nodes], ['FlannelLeaseStale', stale, []]);
  t.regex(finding?.evidence[1] ?? '', /: no node has its PublicIP 10\.99\.0\.12, it ends in 23 h$/);
});

test.serial('both families, and IPv6 alone, are read from leases below another prefix', async (t) => {
  const network = { IPv6Network: 'fd00:5::/48', EnableIPv6: true, Backend: { Type: 'vxlan' } };
  const both = (name: string) => [`${addressOf(name)}/24`, `fd00:99::1${name.slice(1)}/64`];
  await createNodes(
    plane.api,
    NODES.map((name) => node(name, { address: `fd00:99::1${name.slice(1)}` })),
  );
  await startMachines('/both', { ...network, Network: '10.5.0.0/16' }, both);
  t.deepEqual(codesOf(await validate('--flannel-etcd-prefix=/both')), ['CNIIgnoresPodCIDR']);
  await stopMachines();
  // Of IPv6 alone flanneld takes the lease of PublicIP 0.0.0.0 for its own, whoever has it: one machine shows the form.
  await startMachines('/six', { ...network, EnableIPv4: false }, both, ['n1']);
  t.deepEqual(codesOf(await validate('--flannel-etcd-prefix=/six')), ['CNIIgnoresPodCIDR']);
  await etcd.put('/six/subnets/10.5.9.0-24', JSON.stringify({ PublicIP: '10.99.0.77' }));
  const [finding] = await validate('--flannel-etcd-prefix=/six');
  t.deepEqual(
    [finding?.code, finding?.evidence.slice(1)],
    ['FlannelLeaseStale', ['/six/subnets/10.5.9.0-24: no node has its PublicIP 10.99.0.77, it never ends']],
  );
});
