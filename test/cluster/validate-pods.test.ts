import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../scripts/lib/processes.ts';
import type { Finding } from '../../src/model/finding.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createOneOfEach, KINDS } from '../harness/kinds.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';
import { openShell } from '../harness/shell.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(() => plane.clear());

async function validate(...args: string[]): Promise<{ findings: Finding[]; text: string }> {
  const ran = await runPodcidr(['validate', '-o', 'json', ...args], { kubeconfig: plane.kubeconfig });
  return { findings: JSON.parse(ran.stdout).findings, text: ran.stdout };
}

const PODS = '/api/v1/namespaces/default/pods';

const BARE = 'no controller creates it again: save it first (kubectl -n default get pod';

/** Pods that kwok runs, each with an address of its node's subnet, or with the one that is given. */
async function run(pods: { name: string; node: string; ip?: string; more?: object }[]): Promise<void> {
  await Promise.all(
    pods.map(({ name, node: host, more }) => plane.api.post(PODS, pod(name, host, { spec: { ...more } }))),
  );
  const running = async (name: string) => (await plane.api.get(`${PODS}/${name}`)).status?.phase === 'Running';
  for (const { name, ip } of pods) {
    if (!(await until(() => running(name), 20_000))) throw new Error(`${name} does not run`);
    if (ip !== undefined) {
      await plane.api.patch(`${PODS}/${name}/status`, { status: { podIP: ip, podIPs: [{ ip }] } });
    }
  }
}

/** What this program asked for since `from`, without what it asks always. */
function reads(from: number): string[] {
  return plane
    .auditEvents()
    .slice(from)
    .filter(({ userAgent }) => userAgent?.startsWith('kubectl-podcidr/'))
    .map(({ requestURI }) => requestURI)
    .filter((uri) => uri.startsWith('/api/v1/pods'));
}

async function createTwo(): Promise<void> {
  await createNodes(plane.api, [
    node('one', { podCIDRs: ['10.244.11.0/24'], flannel: true }),
    node('two', { podCIDRs: ['10.244.12.0/24'], flannel: true }),
  ]);
}

test.serial('healthy pods are read as rows of a table and no more', async (t) => {
  await createTwo();
  await run([
    { name: 'a', node: 'one' },
    { name: 'b', node: 'two' },
    { name: 'host', node: 'two', more: { hostNetwork: true } },
  ]);
  const from = plane.auditEvents().length;
  const { findings } = await validate('--only=PodStray,PodAddressDuplicate');
  t.deepEqual(findings, []);
  t.deepEqual(
    reads(from).map((uri) => new URL(uri, 'http://x').searchParams.get('includeObject')),
    ['None'],
  );
});

test.serial(
  'a stray pod is read again in full before it is named; hostNetwork, finished and waiting pods are not accused',
  async (t) => {
    await createTwo();
    await run([
      { name: 'good', node: 'one' },
      { name: 'stray', node: 'one', ip: '10.244.99.7' },
      { name: 'host', node: 'one', more: { hostNetwork: true }, ip: '192.0.2.77' },
      { name: 'fine', node: 'two' },
      { name: 'well', node: 'two' },
    ]);
    await plane.api.post(PODS, pod('waits', 'absent'));
    const from = plane.auditEvents().length;
    const { findings } = await validate('--only=PodStray,PodAddressDuplicate');
    t.deepEqual(
      findings.map(({ code, nodes, evidence, remedy }) => ({ code, nodes, evidence, remedy })),
      [
        {
          code: 'PodStray',
          nodes: ['one'],
          evidence: [
            'default/stray: 10.244.99.7',
            'default/stray: no controller creates it again: save it first (kubectl -n default get pod stray -o yaml)',
          ],
          remedy: 'kubectl -n default get pod stray -o yaml > stray.yaml && kubectl replace --force -f stray.yaml',
        },
      ],
    );
    const nodes = reads(from).map((uri) => new URL(uri, 'http://x').searchParams.get('fieldSelector') ?? '');
    t.true(nodes.includes('spec.nodeName=one'));
    t.false(nodes.includes('spec.nodeName=two'));
  },
);

test.serial(
  'the remedy for pods that no controller creates again creates them again, and they stray no more',
  async (t) => {
    await createTwo();
    await run([
      { name: 'stray', node: 'one', ip: '10.244.99.7' },
      { name: 'lost', node: 'one', ip: '10.244.99.8' },
      { name: 'fine', node: 'two' },
      { name: 'well', node: 'two' },
      { name: 'good', node: 'two' },
    ]);
    const before = await plane.api.get(`${PODS}/stray`);
    const [found] = (await validate('--only=PodStray')).findings;
    const folder = mkdtempSync(join(tmpdir(), 'podcidr-bare-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const { output, code } = await openShell(plane)(`cd ${folder} && ${found?.remedy ?? ''}`);
    t.is(code, 0, output);
    const after = await plane.api.get(`${PODS}/stray`);
    t.not(after.metadata.uid, before.metadata.uid);
    t.deepEqual(after.spec, before.spec);
    const cured = async () => (await validate('--only=PodStray,PodAddressDuplicate')).findings.length === 0;
    t.true(await until(cured, 20_000));
  },
);

test.serial('pods with one address are named', async (t) => {
  await createTwo();
  await run([
    { name: 'first', node: 'one', ip: '10.244.11.77' },
    { name: 'second', node: 'one', ip: '10.244.11.77' },
    { name: 'other', node: 'two' },
  ]);
  const { findings } = await validate('--only=PodAddressDuplicate');
  t.deepEqual(
    findings.map(({ nodes, evidence }) => ({ nodes, evidence })),
    [
      {
        nodes: ['one'],
        evidence: ['default/first on one', 'default/second on one', `default/second: ${BARE} second -o yaml)`],
      },
    ],
  );
});

test.serial('addresses that all come from elsewhere are one finding for information, and nothing else', async (t) => {
  await createNodes(plane.api, [
    node('one', { podCIDRs: ['10.244.11.0/24'] }),
    node('two', { podCIDRs: ['10.244.11.0/24'] }),
  ]);
  await run([
    { name: 'a', node: 'one', ip: '172.16.1.1' },
    { name: 'b', node: 'one', ip: '172.16.1.2' },
    { name: 'c', node: 'two', ip: '172.16.2.1' },
    { name: 'd', node: 'two', ip: '172.16.2.2' },
  ]);
  const { findings } = await validate();
  t.deepEqual(
    findings.map(({ code, severity }) => [code, severity]),
    [['CNIIgnoresPodCIDR', 'info']],
  );
});

test.serial('the second address of a pod is judged too', async (t) => {
  await createNodes(plane.api, [node('one', { podCIDRs: ['10.244.11.0/24', 'fd00:1::/64'], flannel: true })]);
  await run([{ name: 'a', node: 'one' }]);
  await plane.api.patch(`${PODS}/a/status`, {
    status: { podIP: '10.244.11.7', podIPs: [{ ip: '10.244.11.7' }, { ip: 'fd00:2::7' }] },
  });
  const { findings } = await validate('--only=PodStray');
  t.deepEqual(
    findings.map(({ evidence }) => evidence),
    [['default/a: fd00:2::7', `default/a: ${BARE} a -o yaml)`]],
  );
});

test.serial('pods whose sandbox failed with the text of a CNI are told by their events', async (t) => {
  // Nobody runs the pods of the plane's own node.
  await plane.api.post(PODS, pod('stuck', plane.node));
  await plane.api.post('/api/v1/namespaces/default/events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'stuck.1' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'stuck' },
    reason: 'FailedCreatePodSandBox',
    message: 'plugin type="flannel" failed (add): "cni0" already has an IP address different from 10.244.11.1/24',
    type: 'Warning',
    count: 2,
    lastTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
  });
  const { findings } = await validate('--only=PodSandboxFailed');
  t.deepEqual(
    findings.map(({ nodes, remedy }) => ({ nodes, remedy })),
    [{ nodes: [plane.node], remedy: `kubectl podcidr inspect ${plane.node}` }],
  );
});

test.serial('the report is the same, byte for byte, from the server, from our dump and from kubectl get', async (t) => {
  await createNodes(plane.api, [
    node('one', { podCIDRs: ['10.244.11.0/24'], flannel: true }),
    node('two', { podCIDRs: ['10.244.11.0/24'], flannel: true }),
    node('three', { podCIDRs: ['10.250.1.0/24'], flannel: true }),
  ]);
  await run([
    { name: 'a', node: 'one', ip: '10.244.11.5' },
    { name: 'b', node: 'two', ip: '10.244.11.5' },
    { name: 'c', node: 'two', ip: '10.244.9.9' },
  ]);
  await createOneOfEach(plane.api);
  const live = (await validate()).text;
  t.true(JSON.parse(live).findings.length >= 3);
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-same-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'dump.yaml');
  writeFileSync(file, (await runPodcidr(['dump'], { kubeconfig: plane.kubeconfig })).stdout);
  t.is((await validate('-f', file)).text, live);
  writeFileSync(file, (await plane.kubectl(['get', KINDS.join(','), '-A', '-o', 'yaml'])).stdout);
  t.is((await validate('-f', file)).text, live);
});

test.serial('list sends what it sent before: nodes, the controller manager and the journal', async (t) => {
  await createTwo();
  const from = plane.auditEvents().length;
  await runPodcidr(['list'], { kubeconfig: plane.kubeconfig });
  const paths = plane
    .auditEvents()
    .slice(from)
    .filter(({ userAgent }) => userAgent?.startsWith('kubectl-podcidr/'))
    .map(({ requestURI }) => new URL(requestURI, 'http://x').pathname);
  t.deepEqual(paths.sort(), [
    '/api/v1/namespaces/kube-system/configmaps',
    '/api/v1/namespaces/kube-system/pods',
    '/api/v1/namespaces/kube-system/pods',
    '/api/v1/nodes',
    '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kubectl-podcidr',
  ]);
});
