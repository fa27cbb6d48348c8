import test from 'ava';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { until } from '../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { node } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';
import { schemaErrors } from '../harness/schema.ts';

interface Family {
  family: string;
  nodesPossible: number;
  nodesReserved: number;
  nodesUsed: number;
  nodesFree: number;
}

interface Report {
  families: Family[];
  breaks: { code: string; nodes: string[] }[];
}

const NODES = '/api/v1/nodes';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane();
});
test.after.always(() => plane?.stop());

const capacity = (args: string[] = []) => runPodcidr(['capacity', ...args], { kubeconfig: plane.kubeconfig });

async function report(args: string[] = []): Promise<Report> {
  const { stdout, stderr } = await capacity([...args, '-o', 'json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** A cluster without nodes but its own, which has no subnet yet; kube-controller-manager starts with these flags. */
async function freshPool(flags: string[]): Promise<void> {
  await plane.controllerManager('stop');
  for (const { metadata } of await plane.api.list(NODES)) await plane.api.delete(`${NODES}/${metadata.name}`);
  for (const { metadata } of await plane.api.list('/api/v1/events')) {
    await plane.api.delete(`/api/v1/namespaces/${metadata.namespace}/events/${metadata.name}`);
  }
  await plane.api.post(NODES, node(plane.node));
  await plane.controllerManager(flags);
}

const hasSubnet = ({ spec }: KubeObject) => spec?.podCIDR !== undefined;

/** Until the own node has a subnet. */
async function ownNodeHasSubnet(): Promise<boolean> {
  return until(async () => hasSubnet(await plane.api.get(`${NODES}/${plane.node}`)), 20_000);
}

/** Names of nodes that an event says have got no subnet. */
async function refused(): Promise<string[]> {
  const events = await plane.api.list('/api/v1/events');
  return events.flatMap((event) => {
    const { reason, involvedObject } = event as { reason?: string; involvedObject?: { name?: string } };
    return reason === 'CIDRNotAvailable' ? [involvedObject?.name ?? ''] : [];
  });
}

const POOLS: [title: string, flags: string[], possible: number[], reserved: number[]][] = [
  ['IPv4, 16 subnets', ['--cluster-cidr=10.244.0.0/20', '--node-cidr-mask-size=24'], [16], [0]],
  ['IPv4, one subnet', ['--cluster-cidr=10.244.0.0/24', '--node-cidr-mask-size=24'], [1], [0]],
  ['IPv4, subnets of 4 addresses', ['--cluster-cidr=10.244.3.0/27', '--node-cidr-mask-size=30'], [8], [0]],
  ['IPv4, host bits', ['--cluster-cidr=10.244.255.0/21', '--node-cidr-mask-size=24'], [8], [0]],
  [
    'IPv4, the service range inside',
    ['--cluster-cidr=10.244.0.0/21', '--node-cidr-mask-size=24', '--service-cluster-ip-range=10.244.4.0/23'],
    [8],
    [2],
  ],
  [
    'IPv4, a service range smaller than a subnet',
    ['--cluster-cidr=10.244.0.0/22', '--node-cidr-mask-size=24', '--service-cluster-ip-range=10.244.1.64/27'],
    [4],
    [1],
  ],
  ['IPv6, on the left half', ['--cluster-cidr=fd00:10:244::/61', '--node-cidr-mask-size=64'], [8], [0]],
  ['IPv6, across the middle', ['--cluster-cidr=fd00:10:244::/62', '--node-cidr-mask-size=65'], [8], [0]],
  [
    'IPv6, on the right half, the service range inside',
    [
      '--cluster-cidr=fd00:10:244::/108',
      '--node-cidr-mask-size=111',
      '--service-cluster-ip-range=fd00:10:244::2:0/112',
    ],
    [8],
    [1],
  ],
  [
    'both families, IPv6 ends first',
    [
      '--cluster-cidr=10.244.0.0/20,fd00:10:244::/62',
      '--node-cidr-mask-size-ipv4=24',
      '--node-cidr-mask-size-ipv6=64',
      '--service-cluster-ip-range=10.96.0.0/16,fd00:10:244:1::/112',
    ],
    [16, 4],
    [0, 1],
  ],
];

for (const [title, flags, possible, reserved] of POOLS) {
  test.serial(`so many nodes get a subnet of the real controller manager as capacity says: ${title}`, async (t) => {
    await freshPool(flags);
    t.true(await ownNodeHasSubnet());
    const before = await report();
    t.is(schemaErrors('capacity-report', before), '');
    t.deepEqual(
      before.families.map(({ nodesPossible, nodesReserved, nodesUsed }) => [nodesPossible, nodesReserved, nodesUsed]),
      possible.map((number, at) => [number, reserved[at] ?? 0, 1]),
    );
    const free = Math.min(...before.families.map(({ nodesFree }) => nodesFree));
    const names = Array.from({ length: free + 2 }, (_, index) => `worker-${index}`);
    await Promise.all(names.map((name) => plane.api.post(NODES, node(name))));
    const without = async () =>
      (await plane.api.list(NODES)).filter((one) => !hasSubnet(one)).map(({ metadata }) => metadata.name);
    t.true(
      await until(async () => {
        const told = await refused();
        const waiting = await without();
        return waiting.length <= 2 && waiting.length > 0 && waiting.every((name) => told.includes(name));
      }, 60_000),
      `${await without()} have none, ${await refused()} were refused`,
    );
    t.is((await without()).length, 2);
    t.is(Math.min(...(await report()).families.map(({ nodesFree }) => nodesFree)), 0);
    const validated = await runPodcidr(['validate', '--only=PoolExhausted', '-o', 'json'], {
      kubeconfig: plane.kubeconfig,
    });
    t.deepEqual(
      JSON.parse(validated.stdout).findings.map((finding: { nodes: string[]; severity: string }) => [
        finding.severity,
        finding.nodes,
      ]),
      [['error', (await without()).sort()]],
    );
  });
}

const REFUSED: [title: string, flags: string[], words: RegExp][] = [
  [
    'a node mask shorter than the cluster CIDR',
    ['--cluster-cidr=10.244.0.0/26', '--node-cidr-mask-size=24'],
    /shorter than the prefix of the cluster CIDR 10\.244\.0\.0\/26/,
  ],
  [
    'the default node mask in a small cluster CIDR',
    ['--cluster-cidr=10.244.0.0/25'],
    /mask \/24 is shorter than the prefix of the cluster CIDR 10\.244\.0\.0\/25/,
  ],
  [
    'IPv6 with 17 bits',
    ['--cluster-cidr=fd00:10:244::/47', '--node-cidr-mask-size=64'],
    /is 17 bits longer than the prefix of the cluster CIDR fd00:10:244::\/47/,
  ],
];

for (const [title, flags, words] of REFUSED) {
  test.serial(`what the real controller manager does not start with is NodeMaskInvalid: ${title}`, async (t) => {
    const reason = await t.throwsAsync(() => freshPool(flags));
    t.regex(reason?.message ?? '', /mask size of cluster CIDR must be less than|node CIDR size is too big/);
    t.true(
      await until(async () => {
        const pod = await plane.api.find(`/api/v1/namespaces/kube-system/pods/kube-controller-manager-${plane.node}`);
        return pod?.spec?.containers?.[0]?.command?.includes(flags[0] ?? '') ?? false;
      }, 30_000),
    );
    const validated = await runPodcidr(['validate', '--only=NodeMaskInvalid'], { kubeconfig: plane.kubeconfig });
    t.is(validated.code, 1, validated.stderr);
    t.regex(validated.stdout, words);
    const { code, stdout, stderr } = await capacity();
    t.deepEqual([code, stdout], [2, '']);
    t.regex(stderr, words);
  });
}

test.serial('IPv6 with 16 bits is the most that the real controller manager counts', async (t) => {
  await freshPool(['--cluster-cidr=fd00:10:244::/48', '--node-cidr-mask-size=64']);
  t.true(await ownNodeHasSubnet());
  const { families } = await report();
  t.deepEqual(families[0]?.nodesFree, 65_535);
});

const PRESENT = ['--cluster-cidr=10.244.0.0/20', '--node-cidr-mask-size=24'];

test.serial(
  'what --compare calls an error stops the real controller manager, what it finds well does not',
  async (t) => {
    await freshPool(PRESENT);
    await plane.api.post(NODES, node('worker-1'));
    t.true(await until(async () => (await plane.api.list(NODES)).every(hasSubnet), 20_000));
    const codes = async (args: string[]) => (await report(['--compare', ...args])).breaks.map(({ code }) => code);
    const outside = ['--cluster-cidr=10.245.0.0/20'];
    t.deepEqual(await codes(outside), ['SubnetOutsideClusterCIDR']);
    t.is((await capacity(['--compare', ...outside])).code, 1);
    await t.throwsAsync(() => plane.controllerManager([...PRESENT, ...outside]), {
      message: /out the range of cluster cidr/,
    });
    const wider = ['--cluster-cidr=10.244.0.0/16'];
    await plane.controllerManager(PRESENT);
    t.deepEqual(await codes(wider), []);
    t.is((await capacity(['--compare', ...wider])).code, 0);
    await t.notThrowsAsync(() => plane.controllerManager([...PRESENT, ...wider]));
  },
);

test.serial("a cluster CIDR that flannel's Network lacks is told before anything is restarted", async (t) => {
  await freshPool(PRESENT);
  t.true(await ownNodeHasSubnet());
  const namespace = '/api/v1/namespaces/kube-flannel';
  await plane.api.post('/api/v1/namespaces', { metadata: { name: 'kube-flannel' } });
  t.teardown(() => plane.api.delete(namespace));
  await plane.api.post(`${namespace}/configmaps`, {
    metadata: { name: 'kube-flannel-cfg' },
    data: { 'net-conf.json': '{"Network": "10.244.0.0/20", "Backend": {"Type": "vxlan"}}' },
  });
  const wider = ['--compare', '--cluster-cidr=10.244.0.0/16', '-o', 'json'];
  const live = await capacity(wider);
  t.is(live.code, 1, live.stderr);
  t.deepEqual(
    JSON.parse(live.stdout).breaks.map(({ code, message }: { code: string; message: string }) => [code, message]),
    [['ClusterCIDRMismatch', "flannel's Network 10.244.0.0/20 does not contain the cluster CIDR 10.244.0.0/16"]],
  );
  const { stdout: input } = await runPodcidr(['dump'], { kubeconfig: plane.kubeconfig });
  t.deepEqual(await runPodcidr(['capacity', '-f', '-', ...wider], { input }), live);
  t.deepEqual(
    (await report(['--compare', '--cluster-cidr=10.244.0.0/19'])).breaks.map(({ code }) => code),
    ['ClusterCIDRMismatch'],
  );
});

test.serial('the answer of a dump is that of the server, and --compare reads dumps too', async (t) => {
  await freshPool(PRESENT);
  t.true(await ownNodeHasSubnet());
  const live = await capacity(['-o', 'json']);
  const { stdout: input } = await plane.kubectl(['get', 'nodes,pods', '-A', '-o', 'yaml']);
  t.is((await runPodcidr(['capacity', '-f', '-', '-o', 'json'], { input })).stdout, live.stdout);
  const compared = await runPodcidr(['capacity', '-f', '-', '--compare', '--node-cidr-mask-size=26'], { input });
  t.is(compared.code, 1, compared.stderr);
  t.regex(compared.stdout, /WOULD BREAK \(2\)\n\nSubnetMaskDiffers \(warning\) .*SubnetTooSmall \(info\)/s);
});

test.serial('settings that are all given need no cluster', async (t) => {
  const args = [...PRESENT, '--service-cluster-ip-range=10.96.0.0/12', '--server=https://127.0.0.1:1'];
  const { code, stdout, stderr } = await capacity(args);
  t.is(code, 0, stderr);
  t.regex(stdout, /\nIPv4 +10\.244\.0\.0\/20 +\/24 +16 +0 +0 +16 +253\n$/);
  t.is((await capacity([...args.slice(0, 2), args.at(-1) ?? ''])).code, 2);
});
