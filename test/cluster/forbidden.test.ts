import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { loadAll } from 'js-yaml';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import { until } from '../../scripts/lib/processes.ts';
import type { ClusterCode } from '../../src/checks/catalogue.ts';
import { needsOf } from '../../src/checks/needs.ts';
import type { CollectionName } from '../../src/model/collection.ts';
import type { Finding, SkippedCheck } from '../../src/model/finding.ts';
import { COLLECTION_NAMES, COLLECTIONS } from '../../src/survey/collections.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { installKubeadm } from '../harness/founding/kubeadm.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../harness/program.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** A rule of the roles for readers, with the namespace that it is granted in; '' is the whole cluster. */
interface Grant {
  namespace: string;
  rule: Rule;
}

/** The rules of docs/rbac.yaml for readers, each name of a ConfigMap for itself. */
const GRANTS: Grant[] = (
  loadAll(readFileSync(join(ROOT, 'docs/rbac.yaml'), 'utf8')) as (KubeObject & { rules: Rule[] })[]
)
  .filter(({ metadata }) => /^kubectl-podcidr-(cni-)?reader$/.test(metadata.name))
  .flatMap(({ metadata, rules }) => {
    const namespace = metadata.namespace ?? (metadata.name.includes('cni') ? 'kube-flannel' : '');
    return rules.flatMap((rule) =>
      rule.resources[0] === 'configmaps' && rule.resourceNames
        ? rule.resourceNames.map((name) => ({ namespace, rule: { ...rule, resourceNames: [name] } }))
        : [{ namespace, rule }],
    );
  });

const wordsOf = ({ namespace, rule }: Grant) =>
  [
    rule.verbs.join(),
    rule.resources.join(),
    ...(rule.resourceNames ?? []),
    ...(namespace ? [`in ${namespace}`] : []),
  ].join(' ');

let plane: ControlPlane;
/** What is read with all rights. */
let whole: Report;

interface Report {
  findings: Finding[];
  skipped: SkippedCheck[];
}

test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  await breakMuch();
  // A user for all of it, and one for each rule who has all but that.
  await Promise.all([
    grant('reader', GRANTS),
    ...GRANTS.map((left, at) =>
      grant(
        `reader-${at}`,
        GRANTS.filter((one) => one !== left),
      ),
    ),
  ]);
  const settled = async () => {
    const all = [await run('reader', 'dump'), await run(`reader-${GRANTS.length - 1}`, 'dump')];
    return all.every(({ code }) => code === 0) && !all[0]?.stderr.includes('not in it');
  };
  if (!(await until(settled, 60_000))) throw new Error((await run('reader', 'dump')).stderr);
  whole = reportOf(await run('reader', 'validate', '-o', 'json'));
});
test.after.always(() => plane?.stop());

/** Something for as many checks as one cluster can have. */
async function breakMuch(): Promise<void> {
  const { api } = plane;
  await installKubeadm(plane, { flannel: '10.244.0.0/17', proxy: '10.244.0.0/17' });
  await createNodes(api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'], flannel: true }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'], flannel: true }),
    node('far', { podCIDRs: ['10.244.200.0/24'], flannel: true }),
  ]);
  for (const name of ['web-1', 'web-2']) await api.post('/api/v1/namespaces/default/pods', pod(name, 'twin-1'));
  const path = '/api/v1/namespaces/default/pods/web-1';
  if (!(await until(async () => (await api.get(path)).status?.podIP !== undefined, 20_000)))
    throw new Error('no pod runs');
  const ip = '10.244.9.9';
  await api.patch(`${path}/status`, { status: { podIP: ip, podIPs: [{ ip }] } });
  // Nobody runs the pods of the plane's own node.
  const failing = pod('kube-flannel-ds-fails', plane.node, {
    metadata: { name: 'kube-flannel-ds-fails', namespace: 'kube-flannel', labels: { 'k8s-app': 'flannel' } },
    spec: { hostNetwork: true, containers: [{ name: 'kube-flannel', image: 'none' }] },
  });
  await api.post('/api/v1/namespaces/kube-flannel/pods', failing);
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off' };
  const status = {
    name: 'kube-flannel',
    image: 'none',
    imageID: '',
    ready: false,
    restartCount: 7,
    state: { waiting },
  };
  await api.patch('/api/v1/namespaces/kube-flannel/pods/kube-flannel-ds-fails/status', {
    status: { phase: 'Running', podIP: '192.0.2.10', podIPs: [{ ip: '192.0.2.10' }], containerStatuses: [status] },
  });
}

/** Binds a user to roles of these rules. */
async function grant(user: string, grants: Grant[]): Promise<void> {
  for (const [namespace, own] of Map.groupBy(grants, (one) => one.namespace)) {
    const [scope, kind] = namespace === '' ? ['', 'ClusterRole'] : [`/namespaces/${namespace}`, 'Role'];
    const metadata = { name: user };
    const rules = own.map(({ rule }) => rule);
    await plane.api.post(`${RBAC}${scope}/${kind.toLowerCase()}s`, { metadata, rules });
    await plane.api.post(`${RBAC}${scope}/${kind.toLowerCase()}bindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: user },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
    });
  }
}

const run = (user: string, ...args: string[]): Promise<ProgramResult> =>
  runPodcidr([...args, `--as=${user}`], { kubeconfig: plane.kubeconfig });

const reportOf = ({ stdout }: ProgramResult): Report => JSON.parse(stdout);

/** What of a finding does not tell where a setting was read, or why a log was not. */
const gist = ({ code, severity, nodes, subject, message }: Finding) => ({ code, severity, nodes, subject, message });

/** The collections that the summary of a dump names as missing. */
const missingOf = ({ stderr }: ProgramResult): CollectionName[] =>
  COLLECTION_NAMES.filter((name) => stderr.includes(`not in it: ${COLLECTIONS[name].what} (`));

/** Without it nobody knows any node. */
const isNodes = ({ rule }: Grant) => rule.resources.includes('nodes');

/** What every command reads. */
const ALWAYS: CollectionName[] = ['controllerManagers', 'journal'];

/** Read only where a pod fails: the finding stays, and says that the log could not be read. */
const isLog = ({ rule }: Grant) => rule.resources.includes('pods/log');

test.serial('with all rules of docs/rbac.yaml everything is read', (t) => {
  t.deepEqual(
    whole.skipped.filter(({ reason }) => reason.includes('forbidden')),
    [],
  );
  const codes = new Set(whole.findings.map(({ code }) => code));
  for (const code of ['SubnetDuplicate', 'ClusterCIDRMismatch', 'PodStray', 'FlannelPodFailing']) {
    t.true(codes.has(code), `${code} of ${[...codes].join()}`);
  }
});

for (const [at, left] of GRANTS.entries()) {
  test.serial(
    `without the right to ${wordsOf(left)}, the report says what is missing, and nothing else of it changes`,
    async (t) => {
      const user = `reader-${at}`;
      const [validated, dumped, listed] = [
        await run(user, 'validate', '-o', 'json'),
        await run(user, 'dump'),
        await run(user, 'list'),
      ];
      if (isNodes(left)) {
        for (const ran of [validated, dumped, listed]) {
          t.like(ran, { code: 2, stdout: '' });
          t.regex(ran.stderr, /nodes is forbidden/);
        }
        return;
      }
      t.deepEqual([validated.code, dumped.code, listed.code], [1, 0, 0]);
      const { findings, skipped } = reportOf(validated);
      const missing = missingOf(dumped);
      // Checks that look at what is missing, and say so.
      const without = skipped
        .filter(({ reason }) => reason.includes('forbidden'))
        .map(({ code }) => code as ClusterCode);
      for (const code of without) {
        t.true(
          needsOf([code]).some((name) => missing.includes(name)) || ALWAYS.some((name) => missing.includes(name)),
          code,
        );
      }
      const untouched = (all: Finding[]) => all.filter(({ code }) => !without.includes(code as ClusterCode)).map(gist);
      t.deepEqual(untouched(findings), untouched(whole.findings));
      t.deepEqual(
        skipped.filter(({ code }) => !without.includes(code as ClusterCode)),
        whole.skipped.filter(({ code }) => !without.includes(code as ClusterCode)),
      );
      if (isLog(left)) t.true(JSON.stringify(findings).includes('cannot be read') || left.namespace === 'kube-system');
      else t.true(missing.length > 0, dumped.stderr);
      // The report of what could be dumped is the same.
      const offline = await runPodcidr(['validate', '-o', 'json', '-f', '-'], { input: dumped.stdout });
      t.is(offline.stdout, validated.stdout);
    },
  );
}

test.serial('each collection is missing for somebody', async (t) => {
  const dumps = await Promise.all(GRANTS.map((_, at) => run(`reader-${at}`, 'dump')));
  const missed = new Set(dumps.flatMap(missingOf));
  // Logs are read where pods fail; leases of flannel are in no API server.
  const expected = COLLECTION_NAMES.filter((name) => !['controllerManagerLogs', 'flannelLeases'].includes(name));
  t.deepEqual(
    expected.filter((name) => !missed.has(name)),
    [],
  );
});
