import type { ChildProcess } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node } from '../../harness/node.ts';
import { type ProgramOptions, type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { createFlannel, createFlannelNode, helperOf, helpers, NAMESPACE, report } from './support.ts';

let plane: ControlPlane;
test.before(async () => {
  // Nobody renews the heartbeats of these nodes.
  plane = await startControlPlane({ controllerManager: ['--node-monitor-grace-period=1h'] });
});
test.after.always(() => plane?.stop());
test.beforeEach(async () => {
  await plane.clear();
  const gone = async () => (await plane.api.request('GET', `/api/v1/namespaces/${NAMESPACE}`)).status === 404;
  if (!(await until(gone, 30_000))) throw new Error(`namespace ${NAMESPACE} stayed`);
});

/** Waits for a helper pod: long where the test acts meanwhile, short where nothing will come. */
const LONG = { PODCIDR_TEST_NODE_SHELL: '60000' };
const SHORT = { PODCIDR_TEST_NODE_SHELL: '1000' };

const inspect = (args: string[], options: ProgramOptions = {}) =>
  runPodcidr(['inspect', ...args], { kubeconfig: plane.kubeconfig, env: LONG, ...options });

/** Exit code 2, nothing on stdout, the message in at most two lines behind what was announced, no helper pod. */
async function failsClearly(t: ExecutionContext, ran: ProgramResult, says: RegExp): Promise<void> {
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  const told = ran.stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !/starting helper pod/.test(line));
  t.true(told.length <= 2, ran.stderr);
  t.deepEqual(await helpers(plane), []);
}

test.serial('what cannot be meant is refused before anything is asked', async (t) => {
  await failsClearly(
    t,
    await inspect([]),
    /^error: no node is named\nkubectl podcidr inspect NODE…, or --all for every node\n$/,
  );
  await failsClearly(t, await inspect(['a', '--all']), /^error: give nodes, --selector or --all, one of them\n$/);
  await failsClearly(t, await inspect(['a', '--helper-pod=maybe']), /--helper-pod "maybe" is not known/);
});

test.serial('a node that is not there, in the words of kubectl', async (t) => {
  await failsClearly(t, await inspect(['nope']), /^Error from server \(NotFound\): nodes "nope" not found\n$/);
});

test.serial('a node whose kubelet does not report', async (t) => {
  await createNodes(plane.api, [node('silent', { ready: 'Unknown' })]);
  await failsClearly(
    t,
    await inspect(['silent']),
    /^error: node silent: its kubelet does not report \(Ready is Unknown\), so no command can be run there\n$/,
  );
});

test.serial('a node without a pod of a CNI: an image must be named', async (t) => {
  await createNodes(plane.api, [node('bare')]);
  await failsClearly(
    t,
    await inspect(['bare']),
    /^error: node bare: no pod of a CNI that follows spec\.podCIDR is on node bare, so a helper pod has no image\nname one .*--image=IMAGE\n$/,
  );
  await failsClearly(
    t,
    await inspect(['bare', '--helper-pod=never']),
    /no pod of a CNI .* and a helper pod is not allowed\n$/,
  );
});

test.serial('several nodes of which none can be read: how many, and why the first', async (t) => {
  await createNodes(plane.api, [node('bare-1'), node('bare-2')]);
  await failsClearly(
    t,
    await inspect(['bare-1', 'bare-2']),
    /^error: none of 2 nodes could be read: node bare-1: no pod/,
  );
});

test.serial('nodes without a machine of their own are left out of --all', async (t) => {
  await createNodes(plane.api, [node('virtual', { labels: { type: 'virtual-kubelet', zone: 'x' } })]);
  const { code, stderr } = await inspect(['-l', 'zone=x']);
  t.deepEqual(
    { code, stderr },
    { code: 0, stderr: 'Not inspected: 1 node that is virtual or runs Windows\nNo resources found\n' },
  );
});

test.serial(
  'a node whose kubelet the API server does not reach: a helper pod would not help, and none is made',
  async (t) => {
    await createFlannel(plane);
    const pod = await createFlannelNode(plane, 'far', 'running');
    const before = plane.auditEvents().length;
    await failsClearly(
      t,
      await inspect(['far']),
      new RegExp(
        `^error: node far: in pod ${NAMESPACE}/${pod} no command can be run: .*dial tcp 127\\.0\\.0\\.1:1: connect: connection refused\n$`,
      ),
    );
    const made = plane
      .auditEvents()
      .slice(before)
      .filter(({ verb, objectRef }) => verb === 'create' && objectRef?.resource === 'pods' && !objectRef.subresource);
    t.deepEqual(made, []);
  },
);

test.serial('exec is forbidden: said with the role that grants it, and no helper pod is tried', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'closed', 'running');
  await plane.api.post('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'reads' },
    rules: [{ apiGroups: ['', 'apps'], resources: ['nodes', 'pods', 'daemonsets'], verbs: ['get', 'list'] }],
  });
  await plane.api.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'reads' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reads' },
    subjects: [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const kubeconfig = plane.users.viewer ?? '';
  let ran = await inspect(['closed'], { kubeconfig });
  await until(async () => {
    ran = await inspect(['closed'], { kubeconfig });
    return !/cannot list/.test(ran.stderr);
  }, 10_000);
  await failsClearly(
    t,
    ran,
    /^error: node closed: in pod .* no command can be run: .*"viewer" cannot get resource "pods\/exec".*\nit takes get and create on pods\/exec, .*: ClusterRole kubectl-podcidr-node-shell of docs\/rbac\.yaml\n$/,
  );
  await failsClearly(
    t,
    await inspect(['closed', '--helper-pod=always'], { kubeconfig }),
    /^error: node closed: you may not create pods, delete pods, get pods\/exec in kube-flannel, which a helper pod needs; nothing was created\n/,
  );
});

test.serial('a helper pod that admission refuses', async (t) => {
  await createFlannel(plane, { 'pod-security.kubernetes.io/enforce': 'baseline' });
  await plane.api.patch(`/api/v1/namespaces/${NAMESPACE}`, {
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } },
  });
  await createFlannelNode(plane, 'strict', 'crashing');
  await plane.api.patch(`/api/v1/namespaces/${NAMESPACE}`, {
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
  });
  await failsClearly(
    t,
    await inspect(['strict']),
    /error: node strict: the helper pod was refused, nothing was created: .*violates PodSecurity "baseline:latest".*\nname a namespace that allows privileged pods with --namespace/,
  );
});

test.serial('a helper pod whose image cannot be pulled', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'offline', 'crashing');
  const running = inspect(['offline', '--image=example.invalid/none:1']);
  const pod = await helperOf(plane);
  t.like(pod.spec, { nodeName: 'offline', hostNetwork: true, hostPID: true, automountServiceAccountToken: false });
  await report(plane, pod, {
    phase: 'Pending',
    containerStatuses: [
      {
        name: 'helper',
        image: 'example.invalid/none:1',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: 'ErrImagePull', message: 'no such host' } },
      },
    ],
  });
  const ran = await running;
  await failsClearly(
    t,
    ran,
    /\nerror: node offline: the helper pod did not run, and was removed: ErrImagePull: no such host \(image example\.invalid\/none:1\)\nname another image/,
  );
  t.regex(
    ran.stderr,
    /^node offline: pod kube-flannel\/kube-flannel-ds-\w+ does not run; starting helper pod kube-flannel\/podcidr-helper-\w{8}-offline \(image example\.invalid\/none:1, privileged\); it is removed afterwards\n/,
  );
});

test.serial('on a terminal a line tells how far it is', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'shown', 'crashing');
  const { stdout } = await inspect(['shown'], { env: SHORT, tty: true });
  t.regex(stdout, /0\/1 nodes inspected/);
  t.regex(stdout, /error: node shown: the helper pod did not run/);
});

test.serial('a helper pod that the kubelet does not start in time', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'slow', 'crashing');
  await failsClearly(
    t,
    await inspect(['slow'], { env: SHORT }),
    /\nerror: node slow: the helper pod did not run, and was removed: the kubelet did not start it after 1s\nkubectl describe node slow shows whether its kubelet works\n$/,
  );
});

test.serial('a helper pod that runs, and into which no command gets', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'mute', 'crashing');
  const running = inspect(['mute', '-n', 'default']);
  const pod = await helperOf(plane);
  t.is(pod.metadata.namespace, 'default');
  await report(plane, pod, {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'helper',
        image: 'flannel:v1',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  });
  await failsClearly(
    t,
    await running,
    /\nerror: node mute: in helper pod default\/podcidr-helper-\w{8}-mute no command can be run, and it was removed: [^?]*dial tcp 127\.0\.0\.1:1/,
  );
});

test.serial('the answer to the creation is lost: the pod that was made all the same is removed', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'lossy', 'crashing');
  const proxy = await startFaultProxy(plane);
  t.teardown(() => proxy.close());
  let lost = 0;
  proxy.decide(({ method, path }) => {
    if (method !== 'POST' || !/\/pods\?/.test(path)) return { kind: 'pass' };
    lost += 1;
    return { kind: 'reset-after' };
  });
  const ran = await inspect(['lossy'], { kubeconfig: proxy.kubeconfig });
  t.is(ran.code, 2, ran.stderr);
  t.is(lost, 1);
  t.deepEqual(await helpers(plane), []);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test.serial(`${signal} while a helper pod is waited for: it is removed`, async (t) => {
    await createFlannel(plane);
    await createFlannelNode(plane, 'waits', 'crashing');
    let child: ChildProcess | undefined;
    const running = inspect(['waits'], {
      onStart: (started) => {
        child = started;
      },
    });
    await helperOf(plane);
    child?.kill(signal);
    const ran = await running;
    t.is(ran.code, 2, ran.stderr);
    t.regex(ran.stderr, new RegExp(`\\nerror: ${signal}: stopped after 1 of 1 node\\n$`));
    t.deepEqual(await helpers(plane), []);
  });
}

test.serial(
  'what a killed program left on a node is removed by the next one that needs a helper pod there',
  async (t) => {
    await createFlannel(plane);
    await createFlannelNode(plane, 'messy', 'crashing');
    let child: ChildProcess | undefined;
    const killed = inspect(['messy'], {
      onStart: (started) => {
        child = started;
      },
    });
    const left = await helperOf(plane);
    child?.kill('SIGKILL');
    await killed;
    t.is((await helpers(plane)).length, 1);
    const ran = await inspect(['messy'], { env: SHORT });
    t.is(ran.code, 2);
    t.regex(
      ran.stderr,
      new RegExp(`^removed helper pod ${NAMESPACE}/${left.metadata.name}, which an earlier run had left\n`),
    );
    t.deepEqual(await helpers(plane), []);
  },
);

test.serial('a helper pod past its time is removed by any run, one that may be in use is not', async (t) => {
  await createFlannel(plane);
  await createFlannelNode(plane, 'dirty', 'crashing');
  let child: ChildProcess | undefined;
  const killed = inspect(['dirty'], {
    onStart: (started) => {
      child = started;
    },
  });
  const left = await helperOf(plane);
  child?.kill('SIGKILL');
  await killed;
  await inspect(['dirty', '--helper-pod=never']);
  t.is((await helpers(plane)).length, 1);
  await report(plane, left, { phase: 'Failed', reason: 'DeadlineExceeded' });
  const ran = await inspect(['dirty', '--helper-pod=never']);
  t.regex(ran.stderr, /^removed helper pod .*, which an earlier run had left\n/);
  t.deepEqual(await helpers(plane), []);
});
