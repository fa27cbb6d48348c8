import test from 'ava';
import { connect } from '../../src/kube/connect.ts';
import { eachPodSlice } from '../../src/kube/objects/pod-slices.ts';
import { eachPod } from '../../src/kube/objects/pods.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { RawObject } from '../../src/model/json.ts';
import { readPod } from '../../src/survey/pods.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({
    controllerManager: [
      '--cluster-cidr=10.244.0.0/16,fd00:10:244::/56',
      '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
      '--node-cidr-mask-size-ipv4=24',
      '--node-cidr-mask-size-ipv6=64',
    ],
  });
  await createNodes(plane.api, [
    node('one', { podCIDRs: ['10.244.11.0/24', 'fd00:10:244:11::/64'], flannel: true, address: '192.168.0.1' }),
    node('two', { podCIDRs: ['10.244.12.0/24', 'fd00:10:244:12::/64'], flannel: true, address: '192.168.0.2' }),
  ]);
});
test.after.always(() => plane?.stop());

const PODS = '/api/v1/namespaces/default/pods';

/** A pod with these addresses, as a kubelet reports it. */
async function runs(name: string, host: string, ips: string[], more: object = {}, phase = 'Running'): Promise<void> {
  await plane.api.post(PODS, pod(name, host, more));
  const status = { phase, podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) };
  await plane.api.patch(`${PODS}/${name}/status`, { status } as never);
}

const run = (args: string[], input?: string) =>
  runPodcidr(args, { kubeconfig: plane.kubeconfig, ...(input !== undefined && { input }) });

async function validate(...args: string[]): Promise<Finding[]> {
  return JSON.parse((await run(['validate', '-o', 'json', ...args])).stdout).findings;
}

/** The ways in which this program asked for pods since `from`. */
function acceptedSince(from: number): string[] {
  const own = plane.auditEvents().slice(from);
  return own
    .filter(
      ({ userAgent, requestURI }) =>
        userAgent?.startsWith('kubectl-podcidr/') && requestURI.startsWith('/api/v1/pods?'),
    )
    .map(({ requestURI }) => new URL(requestURI, 'http://x').search);
}

test.serial('pods with an address of each family say nothing', async (t) => {
  await runs('a', 'one', ['10.244.11.5', 'fd00:10:244:11::5']);
  await runs('b', 'two', ['10.244.12.5', 'fd00:10:244:12::5']);
  // IPv6 first, as a pod of a Service that prefers it may be reported; and one family alone.
  await runs('c', 'two', ['fd00:10:244:12::6', '10.244.12.6']);
  await runs('d', 'one', ['fd00:10:244:11::7']);
  await runs('host', 'one', ['192.168.0.1', 'fd00::1'], { spec: { hostNetwork: true } });
  const from = plane.auditEvents().length;
  t.deepEqual(await validate('--only=PodStray,PodAddressDuplicate'), []);
  t.true(acceptedSince(from).length === 1, `${acceptedSince(from)}`);
});

const bare = (name: string) =>
  `default/${name}: no controller creates it again: save it first (kubectl -n default get pod ${name} -o yaml)`;

test.serial('the second address strays, or is that of another pod: each is told by its family', async (t) => {
  await runs('strays', 'one', ['10.244.11.20', 'fd00:10:244:99::20']);
  await runs('twin-1', 'two', ['10.244.12.21', 'fd00:10:244:12::aa']);
  await runs('twin-2', 'two', ['10.244.12.22', 'fd00:10:244:12::aa']);
  await runs('done', 'two', ['10.244.12.23', 'fd00:10:244:77::aa'], {}, 'Succeeded');
  const findings = await validate('--only=PodStray,PodAddressDuplicate');
  t.deepEqual(
    findings.map(({ code, nodes, evidence }) => [code, nodes, evidence]),
    [
      ['PodAddressDuplicate', ['two'], ['default/twin-1 on two', 'default/twin-2 on two', bare('twin-2')]],
      ['PodStray', ['one'], ['default/strays: fd00:10:244:99::20', bare('strays')]],
    ],
  );
  t.is(findings[0]?.subject.name, 'fd00:10:244:12::aa');
});

test.serial('a dump gives the same report', async (t) => {
  const live = await run(['validate', '--only=PodStray,PodAddressDuplicate']);
  t.is(live.code, 1);
  const made = await run(['dump']);
  t.deepEqual(await run(['validate', '--only=PodStray,PodAddressDuplicate', '-f', '-'], made.stdout), live);
});

test.serial('lookup finds a pod by its second address, list -o wide counts it once', async (t) => {
  const { stdout } = await run(['lookup', 'fd00:10:244:11::5']);
  t.regex(stdout, /default\/a\b/);
  t.regex(
    (await run(['list', '-o', 'wide', 'one'])).stdout,
    /^one +10\.244\.11\.0\/24,fd00:10:244:11::\/64 +.* 2\/253 /m,
  );
});

test.serial('protobuf and JSON tell the same of every pod', async (t) => {
  await runs('static', 'one', ['10.244.11.30', 'fd00:10:244:11::30'], {
    metadata: {
      name: 'static',
      annotations: { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.hash': 'x', other: 'é' },
    },
  });
  await runs('owned', 'one', ['10.244.11.31', 'fd00:10:244:11::31'], {
    metadata: {
      name: 'owned',
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: 'one', uid: 'u' },
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'v', controller: true },
      ],
    },
  });
  await runs('leaving', 'one', ['10.244.11.32'], { metadata: { name: 'leaving', finalizers: ['example.com/stay'] } });
  await plane.api.delete(`${PODS}/leaving`);
  await plane.api.post(PODS, pod('waits', 'two'));
  await plane.api.post(PODS, { ...pod('unbound', ''), spec: { containers: [{ name: 'main', image: 'x' }] } });
  const wire = await connect(
    { kubeconfig: plane.kubeconfig },
    { env: { HOME: '/nonexistent' }, version: '0.0.0', stdinIsTTY: false },
  );
  t.teardown(() => wire.close());
  const read = async (each: (take: (pods: RawObject[]) => void) => Promise<unknown>) => {
    const pods: RawObject[] = [];
    await each((page) => pods.push(...page));
    return pods.map(readPod);
  };
  const slices = await read(async (take) => t.true(await eachPodSlice(wire, take)));
  t.deepEqual(slices, await read((take) => eachPod(wire, take)));
  t.true(slices.length > 10);
  t.deepEqual(
    slices.filter(({ mirror, controlled, deleting, finished, hostNetwork }) =>
      [mirror, controlled, deleting, finished, hostNetwork].includes(true),
    ).length,
    6,
  );
  await plane.api.patch(`${PODS}/leaving`, { metadata: { finalizers: null } } as never);
});
