import test from 'ava';
import { until } from '../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { type ProgramOptions, runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({
    kwok: true,
    controllerManager: [
      '--cluster-cidr=10.244.0.0/16,fd00:10:244::/56',
      '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
    ],
  });
  await createNodes(plane.api, [node('worker-1'), node('worker-2')]);
});
test.after.always(() => plane?.stop());

const lookup = (args: string[], options: ProgramOptions = {}) =>
  runPodcidr(['lookup', ...args], { kubeconfig: plane.kubeconfig, ...options });

interface Item {
  answers: { kind: string; node?: string; name?: string }[];
  conflicts: string[];
}

async function items(args: string[], options: ProgramOptions = {}): Promise<Item[]> {
  const { stdout, stderr } = await lookup([...args, '-o', 'json'], options);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).items;
}

const kinds = ({ answers }: Item) => answers.map(({ kind, name = '' }) => `${kind} ${name}`.trim());

/** A pod that runs, with its addresses. */
async function running(name: string, nodeName: string): Promise<string[]> {
  await plane.api.post('/api/v1/namespaces/default/pods', pod(name, nodeName));
  const read = () => plane.api.get(`/api/v1/namespaces/default/pods/${name}`);
  await until(async () => (await read()).status?.phase === 'Running', 20_000);
  const status = (await read()).status as { podIPs?: { ip: string }[] } | undefined;
  return (status?.podIPs ?? []).map(({ ip }) => ip);
}

const podRequests = () =>
  plane
    .auditEvents()
    .filter(
      ({ userAgent, requestURI }) => userAgent?.startsWith('kubectl-podcidr/') && /^\/api\/v1\/pods/.test(requestURI),
    )
    .map(({ requestURI }) => requestURI);

test.serial('a pod is found by either of its addresses, with the node that it runs on', async (t) => {
  const addresses = await running('web', 'worker-1');
  t.is(addresses.length, 2, String(addresses));
  for (const address of addresses) {
    const [found] = await items([address]);
    t.deepEqual(found && kinds(found), ['node worker-1', 'pod web']);
    t.is((await lookup([address])).code, 0);
  }
});

test.serial('for one address the server is asked for its pods alone', async (t) => {
  const [address = ''] = await running('api', 'worker-1');
  const before = podRequests().length;
  await items([address]);
  t.deepEqual(podRequests().slice(before), [`/api/v1/pods?fieldSelector=status.podIP%3D${address}`]);
});

test.serial('nodes, services, node addresses, free and outside', async (t) => {
  const { spec, status } = await plane.api.get('/api/v1/nodes/worker-2');
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const found = await items([spec?.podCIDR ?? '', '10.96.0.1', address, '10.244.200.9', '10.9.9.9', 'fd00:10:96::1']);
  t.deepEqual(found.map(kinds), [
    ['node worker-2'],
    ['serviceRange'],
    ['nodeAddress InternalIP'],
    ['free'],
    ['outside'],
    ['serviceRange'],
  ]);
  t.is((await lookup(['10.244.200.9'])).code, 1);
  t.is((await lookup(['10.96.0.1'])).code, 0);
});

test.serial('twins answer both, and the answer of a dump is that of the server', async (t) => {
  await createNodes(plane.api, [
    node('twin', { podCIDRs: ['10.244.77.0/24'] }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
  ]);
  const live = await lookup(['10.244.77.9', '10.244.77.0/24', '-o', 'json']);
  t.is(live.code, 1);
  t.regex(live.stderr, /10\.244\.77\.9: 2 nodes answer in 10\.244\.77\.0\/24: twin, twin-2/);
  const { stdout: input } = await plane.kubectl(['get', 'nodes,pods', '-A', '-o', 'yaml']);
  const dumped = await lookup(['10.244.77.9', '10.244.77.0/24', '-o', 'json', '-f', '-'], { input });
  t.deepEqual([dumped.code, dumped.stdout, dumped.stderr], [live.code, live.stdout, live.stderr]);
});

test.serial('who may not list pods is answered all the same, and told what is missing', async (t) => {
  await plane.kubectl(['create', 'clusterrole', 'sees-nodes', '--verb=list', '--resource=nodes']);
  await plane.kubectl(['create', 'clusterrolebinding', 'sees-nodes', '--clusterrole=sees-nodes', '--user=viewer']);
  const { spec } = await plane.api.get('/api/v1/nodes/worker-1');
  const options = { kubeconfig: plane.users.viewer ?? '' };
  const { code, stdout, stderr } = await lookup([spec?.podCIDR ?? ''], options);
  t.is(code, 0, stderr);
  t.regex(stdout, /node subnet +worker-1/);
  t.regex(stderr, /pods are not known: .*\n.*the cluster CIDR is not known: .*; give it with --cluster-cidr/);
});
