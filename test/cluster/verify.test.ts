import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import { until } from '../../scripts/lib/processes.ts';
import { deploy, FLANNEL, scheduleDaemonPods } from '../harness/daemon-sets.ts';
import type { Fault, SeenRequest } from '../harness/fault-proxy.ts';
import { createNodes, node } from '../harness/node.ts';
import { type ProgramOptions, type ProgramResult, runPodcidr } from '../harness/program.ts';
import { schemaErrors } from '../harness/schema.ts';
import { type Stage, startStage } from './operations/support.ts';
import { ownedBy } from './reassign/support.ts';

interface Report {
  summary: { passed: number; failed: number; notChecked: number };
  checks: { subject: string; check: string; result: string; why: string; nodes: string[] }[];
}

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

const PODS = '/api/v1/namespaces/default/pods';
const PROBES = '/api/v1/pods?labelSelector=kubectl-podcidr/pod=probe';

/** Nothing listens where their kubelets should: the server is refused at once. */
const fleet = (...names: string[]): Promise<KubeObject[]> =>
  createNodes(
    stage.plane.api,
    names.map((name) => node(name, { address: '127.0.0.1' })),
  );

/** `verify`, through the proxy. */
const verify = (args: string[], options: ProgramOptions = {}) =>
  runPodcidr(['verify', ...args, '--state-dir', stage.stateDir], { kubeconfig: stage.proxy.kubeconfig, ...options });

async function report(args: string[], options: ProgramOptions = {}): Promise<Report & { code: number | null }> {
  const { code, stdout, stderr } = await verify([...args, '-o', 'json'], options);
  if (stdout === '') throw new Error(stderr);
  return { ...JSON.parse(stdout), code };
}

/** `CHECK RESULT: WHY` of each line about that subject. */
const linesOf = ({ checks }: Report, subject: string) =>
  checks.filter((line) => line.subject === subject).map(({ check, result, why }) => `${check} ${result}: ${why}`);

const probes = () => stage.plane.api.list(PROBES);

const isPodPost = ({ method, path }: SeenRequest) => method === 'POST' && path.startsWith(PODS);

/** Something else than passing happens to the first request that fits; `otherwise`: to the rest. */
function once(
  fits: (request: SeenRequest) => boolean,
  fault: (request: SeenRequest) => Fault,
  otherwise: (request: SeenRequest) => Fault = () => ({ kind: 'pass' }),
): void {
  let done = false;
  stage.proxy.decide((request) => {
    if (done || !fits(request)) return otherwise(request);
    done = true;
    return fault(request);
  });
}

/**
 * Verifies `a`, and sends a signal when a probe is looked at: kwok runs them at once, so the look is held back. `otherwise`: what happens
 * to other requests.
 */
function signalled(signal: NodeJS.Signals, otherwise?: (request: SeenRequest) => Fault): Promise<ProgramResult> {
  let child: ChildProcess | undefined;
  once(
    ({ method, path }) => method === 'GET' && path.startsWith(`${PODS}/podcidr-probe-`),
    () => ({ kind: 'then', before: async () => void child?.kill(signal) }),
    otherwise,
  );
  return verify(['a', '--image=busybox'], {
    onStart: (started) => {
      child = started;
    },
  });
}

test.serial(
  'where pods cannot be tried the API is verified, the rest is not checked and says why: exit 0',
  async (t) => {
    const [a] = await fleet('a', 'b');
    const seen = await report(['a']);
    t.is(schemaErrors('verify-report', seen), '');
    t.is(seen.code, 0);
    t.deepEqual(linesOf(seen, 'node/a').slice(0, 2), [
      `Subnet pass: ${a?.spec?.podCIDR}, shared with no node`,
      'ClusterCIDR pass: inside 10.244.0.0/16',
    ]);
    const reason = "no CNI's pod on a shows an image for a probe: name one with --image";
    t.true(linesOf(seen, 'node/a').includes(`NewPod not-checked: ${reason}`));
    t.true(linesOf(seen, 'a → b')[0]?.startsWith(`PodToPod not-checked: ${reason}`), linesOf(seen, 'a → b').join('\n'));
    t.deepEqual(await probes(), []);
    const table = await verify(['a']);
    t.regex(table.stdout, /^SUBJECT +CHECK +RESULT +WHY\nnode\/a +Subnet +pass +/);
    t.regex(table.stdout, /not checked/);
    t.regex(table.stderr, /\d+ passed, 0 failed, \d+ not checked\n$/);
  },
);

test.serial('nodes that share a subnet, have none, or one outside fail by name: exit 1', async (t) => {
  await createNodes(stage.plane.api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'] }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
    node('outside', { podCIDRs: ['10.250.1.0/24'] }),
  ]);
  const seen = await report(['twin-1', 'node/outside', '--probe=never']);
  t.is(seen.code, 1);
  t.is(linesOf(seen, 'node/twin-1')[0], 'Subnet fail: SubnetDuplicate: 2 nodes share 10.244.77.0/24');
  t.regex(linesOf(seen, 'node/outside')[1] ?? '', /^ClusterCIDR fail: SubnetOutsideClusterCIDR: /);
  t.true(linesOf(seen, 'node/twin-1').includes('NewPod not-checked: no probe was asked for (--probe=never)'));
});

test.serial('without a name: the nodes that were moved lately, as they were left', async (t) => {
  const none = await verify([]);
  t.is(none.code, 0);
  t.is(none.stdout, '');
  t.regex(none.stderr, /^No operation was finished in the last 30 days; name nodes: kubectl podcidr verify NODE…$/m);
  const [moved] = await fleet('moved', 'other');
  await stage.plane.api.post('/apis/storage.k8s.io/v1/csinodes', {
    metadata: { name: 'moved', ownerReferences: ownedBy(moved ?? { metadata: { name: 'moved' } }) },
    spec: { drivers: [] },
  });
  const ran = await stage.run(['reassign', 'moved', '--cidr=10.244.99.0/24', '--drain=false']);
  t.is(ran.code, 0, ran.stderr);
  // Its Lease went with the former Node: kwok makes another.
  t.true(await until(async () => (await report([])).code === 0, 60_000));
  const good = await report([]);
  t.true(linesOf(good, 'node/moved').includes('CSINode pass: owned by the Node'));
  t.true(linesOf(good, 'node/moved').includes('Subnet pass: 10.244.99.0/24, shared with no node'));

  await stage.plane.api.delete('/apis/storage.k8s.io/v1/csinodes/moved');
  const lost = await report([]);
  t.is(lost.code, 1);
  t.true(linesOf(lost, 'node/moved').includes('CSINode fail: it is gone: restart the kubelet, which makes it anew'));

  await stage.plane.api.delete('/api/v1/nodes/moved');
  await createNodes(stage.plane.api, [node('moved', { podCIDRs: ['10.244.98.0/24'] })]);
  const changed = await report(['moved']);
  t.regex(
    linesOf(changed, 'node/moved')[0] ?? '',
    /^Subnet fail: it has 10\.244\.98\.0\/24, not 10\.244\.99\.0\/24, which operation \S+ gave it$/,
  );
  await stage.plane.api.delete('/api/v1/nodes/moved');
  t.is(linesOf(await report(['moved']), 'node/moved')[0], 'Subnet fail: the Node is absent');
});

test.serial('a Lease that another Node object owns fails', async (t) => {
  const [a, b] = await fleet('a', 'b');
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const names = async () => (await stage.plane.api.list(leases)).map(({ metadata }) => metadata.name);
  t.true(await until(async () => (await names()).includes('a'), 20_000));
  const ownedIn = async (owner: KubeObject | undefined) => {
    if (!owner) throw new Error('there is no such Node');
    await stage.plane.api.patch(`${leases}/a`, { metadata: { ownerReferences: ownedBy(owner) } });
    const seen = await report(['a', '--probe=never']);
    return `${seen.code} ${linesOf(seen, 'node/a').find((line) => line.startsWith('Lease'))}`;
  };
  t.is(await ownedIn(a), '0 Lease pass: owned by the Node');
  t.regex(await ownedIn(b), /^1 Lease fail: owned by another Node object \(uid \S+\), and deleted with it$/);
});

test.serial('bad input: an unknown node, an unknown flag value, a server that is down', async (t) => {
  for (const [args, says] of [
    [['nobody'], /^Error from server \(NotFound\): nodes "nobody" not found$/m],
    [['a', '--probe=always'], /--probe "always" is not known, it must be one of: auto, never/],
    [['a', '--server=https://127.0.0.1:1'], /127\.0\.0\.1:1/],
  ] as const) {
    const { code, stdout, stderr } = await verify([...args], { kubeconfig: stage.plane.kubeconfig });
    t.is(code, 2, stderr);
    t.is(stdout, '');
    t.regex(stderr, says);
    t.true(stderr.trimEnd().split('\n').length <= 3, stderr);
  }
});

test.serial(
  'a node that is not Ready takes no probe, and one whose kubelet does not answer is said: none is left',
  async (t) => {
    await createNodes(stage.plane.api, [node('down', { ready: 'Unknown', address: '127.0.0.1' })]);
    await fleet('a', 'b');
    const seen = await report(['down', 'a', '--image=busybox']);
    t.is(seen.code, 0, JSON.stringify(seen.checks));
    const text = seen.checks.map(({ subject, why }) => `${subject}: ${why}`).join('\n');
    // kwok takes it up after a while.
    if (!(await isReady('down'))) t.regex(text, /^node\/down: node down is not Ready/m);
    t.regex(text, /^a → b: exec in pod default\/podcidr-probe-\w+-\d+: .*/m);
    t.deepEqual(await probes(), []);
  },
);

async function isReady(name: string): Promise<boolean> {
  const { status } = await stage.plane.api.get(`/api/v1/nodes/${name}`);
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

test.serial('who may not make pods, and a namespace that takes none, are told; nothing is made', async (t) => {
  await fleet('a', 'b');
  await stage.plane.kubectl(['create', 'clusterrolebinding', 'look', '--clusterrole=view', '--user=viewer']);
  await stage.plane.kubectl(['create', 'clusterrole', 'nodes', '--verb=list,get', '--resource=nodes']);
  await stage.plane.kubectl(['create', 'clusterrolebinding', 'nodes', '--clusterrole=nodes', '--user=viewer']);
  const kubeconfig = stage.plane.users.viewer ?? '';
  const asked = () => report(['a', '--image=busybox'], { kubeconfig });
  const may =
    /^NewPod not-checked: you may not create pods, delete pods, create pods\/exec.* in default, which a probe needs$/m;
  t.true(await until(async () => may.test(linesOf(await asked(), 'node/a').join('\n')), 20_000));

  const quotas = '/api/v1/namespaces/default/resourcequotas';
  t.teardown(() => stage.plane.api.delete(`${quotas}/none`));
  await stage.plane.api.post(quotas, {
    metadata: { name: 'none' },
    spec: { hard: { pods: '0' } },
  });
  const refused = await report(['a', '--image=busybox']);
  t.is(refused.code, 0);
  t.regex(linesOf(refused, 'node/a').join('\n'), /^NewPod not-checked: no probe on a: .*(quota)/m);
  t.deepEqual(await probes(), []);
});

test.serial(
  'the roles of docs/rbac.yaml are enough: pods are made where the pods of the CNI are, with their image',
  async (t) => {
    await fleet('a', 'b');
    t.teardown(await scheduleDaemonPods(stage.plane));
    await deploy(stage.plane, ['a', 'b'], FLANNEL);
    const { kubectl, users } = stage.plane;
    const applied = await kubectl(['apply', '-f', join(ROOT, 'docs/rbac.yaml')]);
    t.is(applied.code, 0, applied.stderr);
    const bind = (kind: string, name: string, ...more: string[]) =>
      kubectl(['create', kind, `verify-${name}`, '--user=viewer', ...more]);
    await bind('clusterrolebinding', 'reader', '--clusterrole=kubectl-podcidr-reader');
    await bind('rolebinding', 'reader', '--role=kubectl-podcidr-reader', '-n', 'kube-system');
    await bind('clusterrolebinding', 'inspector', '--clusterrole=kubectl-podcidr-inspector');
    await bind('clusterrolebinding', 'verifier', '--clusterrole=kubectl-podcidr-verifier');
    const asked = async () => {
      const { code, stdout, stderr } = await verify(['a', '-o', 'json'], { kubeconfig: users.viewer ?? '' });
      return { code, text: stdout + stderr };
    };
    // Without the last role no pod is made, and the rest is looked at all the same.
    const lacksPods = /"you may not create pods, .* in kube-system, which a probe needs/;
    t.true(await until(async () => lacksPods.test((await asked()).text), 30_000), (await asked()).text);
    await bind('rolebinding', 'shell', '--clusterrole=kubectl-podcidr-node-shell', '-n', 'kube-system');
    const lacks = /forbidden|may not|cannot be (read|listed)|not looked for/;
    t.true(await until(async () => !lacks.test((await asked()).text), 30_000), (await asked()).text);
    const { code, text } = await asked();
    t.is(code, 0, text);
    t.regex(text, /exec in pod kube-system\/podcidr-probe-/);
    t.deepEqual(await probes(), []);
  },
);

test.serial('a signal on the way takes the probes away: exit 2, nothing on stdout', async (t) => {
  await fleet('a', 'b');
  const { code, stdout, stderr } = await signalled('SIGINT');
  t.is(code, 2, stderr);
  t.is(stdout, '');
  t.regex(stderr, /^SIGINT: taking away what was made, then stopping; again to stop at once$/m);
  t.deepEqual(await probes(), []);
});

test.serial('a probe that is just being made when the signal comes is taken away too', async (t) => {
  await fleet('a', 'b');
  let isMade = false;
  const after = () => {
    isMade = true;
  };
  const { code, stderr } = await signalled('SIGINT', (request) =>
    isPodPost(request) && /"podcidr-probe-\w+-1"/.test(request.body)
      ? { kind: 'then', before: () => sleep(300), after }
      : { kind: 'pass' },
  );
  t.is(code, 2, stderr);
  t.true(await until(() => isMade, 10_000));
  t.deepEqual(await probes(), []);
});

test.serial(
  'killed: what is left behind is removed by the next run, whatever it verifies, and by no other',
  async (t) => {
    await fleet('a', 'b');
    const ran = await signalled('SIGKILL');
    t.is(ran.signal, 'SIGKILL', ran.stderr);
    const left = await probes();
    t.true(left.length > 0);
    const [of] = left;
    // The probe of a colleague, on another machine.
    await stage.plane.api.post(PODS, {
      metadata: {
        name: 'colleague',
        labels: of?.metadata.labels ?? {},
        annotations: { 'kubectl-podcidr/by': 'bob@laptop' },
      },
      spec: { nodeName: 'b', containers: [{ name: 'probe', image: 'busybox' }] },
    });
    await verify(['b']);
    t.deepEqual(
      (await probes()).map(({ metadata }) => metadata.name),
      ['colleague'],
    );
  },
);

test.serial(
  'a probe whose creation got no answer is removed; a server that stumbles over the removal is asked again',
  async (t) => {
    await fleet('a', 'b');
    once(isPodPost, () => ({ kind: 'reset-after' }));
    const lost = await report(['a', '--image=busybox']);
    t.is(lost.code, 0);
    t.deepEqual(await probes(), []);
    once(
      ({ method, path }) => method === 'DELETE' && path.startsWith(PODS),
      () => ({
        kind: 'answer',
        status: 503,
        body: { kind: 'Status', status: 'Failure', reason: 'ServiceUnavailable', message: 'x' },
      }),
    );
    await report(['a', '--image=busybox']);
    t.deepEqual(await probes(), []);
  },
);
