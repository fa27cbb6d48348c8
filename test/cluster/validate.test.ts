import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createOneOfEach, KINDS } from '../harness/kinds.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { type ProgramOptions, runPodcidr } from '../harness/program.ts';

interface Report {
  findings: { code: string; nodes: string[]; evidence: string[] }[];
  skipped: { code: string; reason: string }[];
}

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(() => plane.clear());

const validate = (args: string[] = [], options: ProgramOptions = {}) =>
  runPodcidr(['validate', ...args], { kubeconfig: plane.kubeconfig, ...options });

const report = async (args: string[] = []): Promise<Report> =>
  JSON.parse((await validate([...args, '-o', 'json'])).stdout);

test.serial('a cluster as its allocator made it is fine: exit 0, nothing on stdout', async (t) => {
  await createNodes(plane.api, [node('a'), node('b')]);
  const { code, stdout, stderr } = await validate();
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '3 nodes: nothing wrong was found\n' });
});

test.serial("faults of subnets on the server are found, settings read from the controller manager's pod", async (t) => {
  await createNodes(plane.api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'] }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
    node('outside', { podCIDRs: ['10.250.1.0/24'] }),
    node('small', { podCIDRs: ['10.244.90.0/26'] }),
    node('service', { podCIDRs: ['10.96.5.0/24'] }),
  ]);
  const { code, stdout, stderr } = await validate();
  t.is(code, 1, stderr);
  t.regex(stdout, /SubnetDuplicate {2}2 nodes share 10\.244\.77\.0\/24\n {2}nodes: twin-1, twin-2\n/);
  t.regex(
    stdout,
    new RegExp(
      `cluster CIDR 10\\.244\\.0\\.0/16: pod kube-system/kube-controller-manager-${plane.node} --cluster-cidr`,
    ),
  );
  const { findings, skipped } = await report();
  t.deepEqual(
    findings.map((finding) => [finding.code, finding.nodes]),
    [
      ['SubnetDuplicate', ['twin-1', 'twin-2']],
      ['SubnetOutsideClusterCIDR', ['outside', 'service']],
      ...(skipped.length === 0 ? [['SubnetOverlapsServices', ['service']]] : []),
      ['SubnetMaskDiffers', ['small']],
      ['SubnetTooSmall', ['small']],
    ],
  );
});

test.serial('the report of a dump is that of the server, from JSON and YAML, file and standard input', async (t) => {
  await createNodes(plane.api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'] }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
    node('small', { podCIDRs: ['10.244.90.0/26'] }),
  ]);
  await createOneOfEach(plane.api);
  const live = await report();
  t.is(live.findings.length, 3);
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-validate-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const format of ['json', 'yaml']) {
    const { stdout: dump } = await plane.kubectl(['get', KINDS.join(','), '-A', '-o', format]);
    const file = join(folder, `dump.${format}`);
    writeFileSync(file, dump);
    t.deepEqual(await report(['-f', file]), live);
    t.deepEqual(JSON.parse((await validate(['-f', '-', '-o', 'json'], { input: dump })).stdout), live);
  }
  const files = await Promise.all(
    KINDS.map(async (kind) => {
      const file = join(folder, `${kind}.yaml`);
      writeFileSync(file, (await plane.kubectl(['get', kind, '-A', '-o', 'yaml'])).stdout);
      return ['-f', file];
    }),
  );
  t.deepEqual(await report(files.flat()), live);
});

test.serial('a node whose pods fill its subnet is warned of, and the pods of no other node are read', async (t) => {
  await createNodes(plane.api, [node('small', { podCIDRs: ['10.244.90.0/29'], pods: 4 }), node('other')]);
  for (const name of ['one', 'two', 'three'])
    await plane.api.post('/api/v1/namespaces/default/pods', pod(name, 'small'));
  const run = async () =>
    (await plane.api.list('/api/v1/pods')).filter(({ status }) => status?.phase === 'Running').length === 4;
  t.true(await until(run, 20_000));
  const before = plane.auditEvents().length;
  const { findings } = await report(['--only=SubnetNearlyFull']);
  t.deepEqual(
    findings.map(({ nodes, evidence }) => [nodes, evidence]),
    [[['small'], ['small: 3 of 5 in 10.244.90.0/29 are in use']]],
  );
  const asked = plane
    .auditEvents()
    .slice(before)
    .filter(
      ({ userAgent, requestURI }) => userAgent?.startsWith('kubectl-podcidr/') && requestURI.startsWith('/api/v1/pods'),
    );
  t.deepEqual(
    asked.map(({ requestURI }) => requestURI.replace(/&limit=.*/, '')),
    ['/api/v1/pods?fieldSelector=spec.nodeName%3Dsmall'],
  );
});

test.serial('a flag of ours beats what the pod says', async (t) => {
  const { findings } = await report(['--cluster-cidr=10.99.0.0/16', '--node-cidr-mask-size=26']);
  t.deepEqual(
    findings.map(({ code }) => code),
    ['SubnetOutsideClusterCIDR', 'ClusterCIDRMismatch', 'SubnetMaskDiffers'],
  );
  t.true(findings[0]?.evidence.includes('cluster CIDR 10.99.0.0/16: flag --cluster-cidr'));
});

test.serial('an error is read again by quorum before it is said', async (t) => {
  const reads = async () => {
    const before = plane.auditEvents().length;
    await validate();
    const uris = plane
      .auditEvents()
      .slice(before)
      .filter(({ userAgent }) => userAgent?.startsWith('kubectl-podcidr/'))
      .map(({ requestURI }) => requestURI.replace(/\?$/, ''));
    return uris.filter((uri) => /^\/api\/v1\/nodes(\?|$)/.test(uri));
  };
  t.deepEqual(await reads(), ['/api/v1/nodes?resourceVersion=0']);
  await createNodes(plane.api, [node('out', { podCIDRs: ['10.250.1.0/24'] })]);
  t.deepEqual(await reads(), ['/api/v1/nodes?resourceVersion=0', '/api/v1/nodes']);
});

test.serial(
  'the controller manager of the founding case, with host bits in its flag, is accepted and warned of',
  async (t) => {
    t.teardown(() => plane.controllerManager([]));
    await plane.controllerManager(['--cluster-cidr=10.244.0.0/12', '--node-cidr-mask-size=24']);
    const { code, stdout, stderr } = await validate();
    t.is(code, 0, stderr);
    t.regex(stdout, /ClusterCIDRHostBits .* kube-controller-manager takes it as 10\.240\.0\.0\/12\n.*: pod /);
  },
);

test.serial('a server that is down is one clear line, exit 2, and nothing on stdout', async (t) => {
  const { code, stdout, stderr } = await validate(['--server=https://127.0.0.1:1']);
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /127\.0\.0\.1:1/);
  t.true(stderr.trimEnd().split('\n').length <= 3);
});
