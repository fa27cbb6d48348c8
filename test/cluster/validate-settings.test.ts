import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../scripts/lib/processes.ts';
import { CONTROLLER_MANAGER_TEXTS } from '../../src/checks/settings/controller-manager-texts.ts';
import { recogniseText } from '../../src/cni/known-text.ts';
import type { Finding, SkippedCheck } from '../../src/model/finding.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

interface Report {
  findings: Finding[];
  skipped: SkippedCheck[];
}

const PODS = '/api/v1/namespaces/kube-system/pods';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(() => plane.clear());

async function report(...args: string[]): Promise<Report> {
  const ran = await runPodcidr(['validate', '-o', 'json', ...args], { kubeconfig: plane.kubeconfig });
  return JSON.parse(ran.stdout);
}

const found = ({ findings }: Report, code: string) => findings.filter((finding) => finding.code === code);

/** Runs a remedy in a shell, as an operator pastes it, with the plane's own kubectl. */
function paste(command: string): Promise<string> {
  const env = { PATH: `${join(plane.dir, 'bin')}:${process.env.PATH}`, KUBECONFIG: plane.kubeconfig, HOME: plane.dir };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${command}: ${stderr}`)) : resolve(stdout),
    );
  });
}

async function createFlannel(network: string, namespace: 'kube-flannel' | 'kube-system'): Promise<void> {
  if (namespace === 'kube-flannel') {
    await plane.api.post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'kube-flannel' },
    });
  }
  await plane.api.post(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-flannel-cfg' },
    data: { 'net-conf.json': `{\n  "Network": "${network}",\n  "Backend": {"Type": "vxlan"}\n}\n` },
  });
  const labels = { app: 'flannel' };
  await plane.api.post(`/apis/apps/v1/namespaces/${namespace}/daemonsets`, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-flannel-ds' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          containers: [{ name: 'kube-flannel', image: 'ghcr.io/flannel-io/flannel:v0.28.9' }],
        },
      },
    },
  });
}

test.serial('replicas that disagree are one error, and what rests on their flags is not judged', async (t) => {
  const own = await plane.api.get(`${PODS}/kube-controller-manager-${plane.node}`);
  const [container] = (own.spec?.containers ?? []) as { name: string; image: string; command: string[] }[];
  if (!container) throw new Error('the mirror pod has no container');
  const command = container.command.map((word) => word.replace(/^--cluster-cidr=.*/, '--cluster-cidr=10.244.0.0/12'));
  await plane.api.post(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kube-controller-manager-cp2', labels: { component: 'kube-controller-manager' } },
    spec: { nodeName: plane.node, hostNetwork: true, containers: [{ ...container, command }] },
  });
  const read = await report();
  const [finding] = found(read, 'ClusterCIDRMismatch');
  t.is(finding?.severity, 'error');
  t.is(finding?.message, "kube-controller-manager's replicas disagree on --cluster-cidr");
  t.deepEqual(
    finding?.evidence,
    [
      `pod kube-system/kube-controller-manager-${plane.node} --cluster-cidr: 10.244.0.0/16`,
      'pod kube-system/kube-controller-manager-cp2 --cluster-cidr: 10.244.0.0/12',
    ].sort(),
  );
  t.true(read.skipped.some(({ code, reason }) => code === 'SubnetOutsideClusterCIDR' && reason.includes('disagree')));
});

test.serial("flannel's Network that lacks the cluster CIDR is an error; its remedy cures it when pasted", async (t) => {
  await createFlannel('10.244.0.0/20', 'kube-flannel');
  await createNodes(plane.api, [
    node('in', { podCIDRs: ['10.244.3.0/24'], flannel: true }),
    node('out', { podCIDRs: ['10.244.77.0/24'], flannel: true }),
  ]);
  const [finding] = found(await report(), 'ClusterCIDRMismatch');
  t.is(finding?.severity, 'error');
  t.deepEqual(finding?.nodes, ['out']);
  t.is(finding?.message, "flannel's Network 10.244.0.0/20 does not contain the cluster CIDR 10.244.0.0/16");
  await paste(finding?.remedy ?? '');
  t.deepEqual(found(await report(), 'ClusterCIDRMismatch'), []);
  const config = await plane.api.get('/api/v1/namespaces/kube-flannel/configmaps/kube-flannel-cfg');
  t.regex(JSON.stringify(config), /\\"Network\\": \\"10\.244\.0\.0\/16\\"/);
});

test.serial("a larger Network is right, and a node outside of it alone is that node's fault", async (t) => {
  await createFlannel('10.240.0.0/12', 'kube-system');
  await createNodes(plane.api, [node('out', { podCIDRs: ['10.99.1.0/24'], flannel: true })]);
  const read = await report();
  t.deepEqual(found(read, 'ClusterCIDRMismatch'), []);
  t.deepEqual(
    found(read, 'SubnetOutsideCNINetwork').map(({ nodes }) => nodes),
    [['out']],
  );
});

test.serial('a cluster CIDR that kubeadm-config and kube-proxy do not know is a warning each', async (t) => {
  t.teardown(() => plane.controllerManager([]));
  await plane.controllerManager(['--cluster-cidr=10.244.0.0/15', '--node-cidr-mask-size=25']);
  await plane.api.post('/api/v1/namespaces/kube-system/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-proxy' },
    data: { 'config.conf': 'kind: KubeProxyConfiguration\nclusterCIDR: "10.244.0.0/16"\n' },
  });
  const findings = found(await report(), 'ClusterCIDRMismatch');
  t.deepEqual(findings.map(({ severity, subject }) => [severity, subject.name]).sort(), [
    ['warning', 'kube-proxy'],
    ['warning', 'kubeadm-config'],
  ]);
  t.regex(
    findings.map(({ message }) => message).join('\n'),
    /kubeadm-config has podSubnet 10\.244\.0\.0\/16, not 10\.244\.0\.0\/15 and node mask \/24 of IPv4, not \/25: the next upgrade/,
  );
  const proxy = findings.find(({ subject }) => subject.name === 'kube-proxy');
  await paste((proxy?.remedy ?? '').replace(/ && .*/, ''));
  t.deepEqual(
    found(await report(), 'ClusterCIDRMismatch').map(({ subject }) => subject.name),
    ['kubeadm-config'],
  );
});

test.serial(
  'a controller manager that stopped is told by its lease, and one that runs with a late clock is not',
  async (t) => {
    t.teardown(() => plane.controllerManager([]));
    t.deepEqual(found(await report(), 'ControllerManagerDown'), []);
    // A leader whose clock is behind by an hour renews all the same: it is read again before anything is said.
    const late = () => new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
    await plane.controllerManager('stop');
    await plane.api.patch(LEASE, { spec: { renewTime: late() } });
    const renewing = setInterval(
      () => void plane.api.patch(LEASE, { spec: { renewTime: late() } }).catch(() => undefined),
      500,
    );
    t.deepEqual(found(await report(), 'ControllerManagerDown'), []);
    clearInterval(renewing);
    await until(async () => false, 1_000);
    const [finding] = found(await report(), 'ControllerManagerDown');
    t.is(finding?.severity, 'error');
    t.regex(finding?.message ?? '', /^kube-controller-manager has not renewed its lease for 36\d\d s$/);
  },
);

test.serial(
  'a controller manager that a node outside the cluster CIDR keeps from starting is told, with its own text known',
  async (t) => {
    t.teardown(async () => {
      await plane.clear();
      await plane.controllerManager([]);
    });
    await createNodes(plane.api, [node('outside', { podCIDRs: ['10.250.3.0/24'] })]);
    await plane.api.patch(LEASE, {
      spec: { holderIdentity: 'somebody', renewTime: new Date().toISOString().replace('Z', '000Z') },
    });
    const restarts = async () => {
      const { status } = await plane.api.get(`${PODS}/kube-controller-manager-${plane.node}`);
      const [container] = (status?.containerStatuses ?? []) as { restartCount: number }[];
      return container?.restartCount ?? 0;
    };
    const before = await restarts();
    const log = () => readFileSync(join(plane.dir, 'logs', 'kube-controller-manager.log'), 'utf8').split('\n');
    const text = () => recogniseText(log(), CONTROLLER_MANAGER_TEXTS)?.known.cause;
    t.true(await until(async () => text() === 'outside' && (await restarts()) >= before + 2, 90_000), text());
    const [finding] = found(await report('--only=ControllerManagerDown'), 'ControllerManagerDown');
    t.regex(finding?.message ?? '', /^kube-controller-manager (fails \(1 of 1 replica\)|has not renewed)/);
    t.true(finding?.evidence.some((line) => /CrashLoopBackOff|ended with exit code/.test(line)));
  },
);

test.serial('nodes for which the real allocator had no subnet are told by its events', async (t) => {
  t.teardown(() => plane.controllerManager([]));
  await plane.controllerManager(['--cluster-cidr=10.244.0.0/23']);
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => plane.api.post('/api/v1/nodes', node(name))));
  const told = await until(
    async () => found(await report('--only=AllocationFailed'), 'AllocationFailed').length > 0,
    30_000,
  );
  t.true(told);
  const read = await report();
  const [finding] = found(read, 'AllocationFailed');
  t.deepEqual([finding?.severity, finding?.subject.name], ['warning', 'CIDRNotAvailable']);
  t.true((finding?.nodes.length ?? 0) >= 2);
  t.is(found(read, 'PoolExhausted').length, 1);
});

test.serial('a taint that stayed is told, and its remedy takes it away', async (t) => {
  await createNodes(plane.api, [node('stuck')]);
  t.teardown(() => plane.controllerManager([]));
  await plane.controllerManager('stop');
  const path = '/api/v1/nodes/stuck';
  await until(async () => JSON.stringify((await plane.api.get(path)).status).includes('KubeletReady'), 10_000);
  await plane.api.patch(path, { spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } });
  t.deepEqual(found(await report(), 'NodeTaintStuck'), []);
  const { status } = await plane.api.get(path);
  const all = (status?.conditions ?? []) as { type: string }[];
  const conditions = all.map((one) =>
    one.type === 'Ready'
      ? { ...one, lastTransitionTime: new Date(Date.now() - 120_000).toISOString().replace(/\.\d+/, '') }
      : one,
  );
  await plane.api.patch(`${path}/status`, { status: { conditions } });
  const [finding] = found(await report(), 'NodeTaintStuck');
  t.deepEqual(finding?.nodes, ['stuck']);
  await paste(finding?.remedy ?? '');
  t.deepEqual(found(await report(), 'NodeTaintStuck'), []);
});
