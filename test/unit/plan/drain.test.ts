import test from 'ava';
import type { DrainOptions } from '../../../src/model/drain.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { drainLines } from '../../../src/plan/drain/lines.ts';
import { podName, readDrainPod } from '../../../src/plan/drain/pod.ts';
import { type DaemonSetProblem, type DrainVerdict, drainVerdict } from '../../../src/plan/drain/verdict.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');

const OPTIONS: DrainOptions = {
  deleteEmptydirData: false,
  ignoreDaemonsets: false,
  force: false,
  disableEviction: false,
  gracePeriod: -1,
  timeout: 300_000,
  podSelector: '',
  skipWaitForDeleteTimeout: 0,
};

const BY_REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: true };
const BY_DAEMON_SET = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', controller: true };
const EMPTY_DIR = { volumes: [{ name: 'scratch', emptyDir: {} }] };

/** A pod that a ReplicaSet manages; `metadata`, `spec` and `status` add to it or take its place. */
function pod(name: string, { metadata = {}, spec = {}, status = {} }: Record<string, RawObject> = {}): RawObject {
  return {
    metadata: { namespace: 'ns', name, uid: name, ownerReferences: [BY_REPLICA_SET], ...metadata },
    spec,
    status,
  };
}

function verdict(
  pods: RawObject[],
  options: Partial<DrainOptions> = {},
  daemonSets: [string, DaemonSetProblem][] = [],
) {
  const sight = { now: NOW, daemonSets: new Map(daemonSets) };
  return drainVerdict(pods.map(readDrainPod), { ...OPTIONS, ...options }, sight);
}

const names = (pods: DrainVerdict['evict']) => pods.map(podName);
const bare = { ownerReferences: [] };
const daemon = { ownerReferences: [BY_DAEMON_SET] };
const host = { hostNetwork: true };
const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
const done = { phase: 'Succeeded' };

test('a controlled pod is evicted, and nothing is said', (t) => {
  const { evict, ...rest } = verdict([pod('a')]);
  t.deepEqual(names(evict), ['ns/a']);
  t.deepEqual(rest, { refusal: undefined, warnings: [], daemonPods: [], staticPods: [] });
});

for (const [what, pods, flag, refusal, warning] of [
  [
    'pods that declare no controller',
    [
      pod('a', { metadata: bare }),
      pod('b', { metadata: { ownerReferences: [{ ...BY_REPLICA_SET, controller: false }] } }),
    ],
    { force: true },
    'cannot delete Pods that declare no controller (use --force to override): ns/a, ns/b',
    'deleting Pods that declare no controller: ns/a, ns/b',
  ],
  [
    'pods with local storage',
    [pod('a', { spec: EMPTY_DIR }), pod('b')],
    { deleteEmptydirData: true },
    'cannot delete Pods with local storage (use --delete-emptydir-data to override): ns/a',
    'deleting Pods with local storage: ns/a',
  ],
] as const) {
  test(`${what} refuse the drain in kubectl's words, and its flag deletes them with a warning`, (t) => {
    t.is(verdict([...pods]).refusal, refusal);
    const allowed = verdict([...pods], flag);
    t.is(allowed.refusal, undefined);
    t.deepEqual(allowed.warnings, [warning]);
    t.deepEqual(names(allowed.evict), ['ns/a', 'ns/b']);
  });
}

test("DaemonSet-managed pods refuse the drain in kubectl's words, and stay with its flag", (t) => {
  const pods = [pod('a', { metadata: daemon, spec: EMPTY_DIR })];
  t.is(verdict(pods).refusal, 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ns/a');
  const allowed = verdict(pods, { ignoreDaemonsets: true });
  t.is(allowed.refusal, undefined);
  t.deepEqual(allowed.warnings, ['ignoring DaemonSet-managed Pods: ns/a']);
  t.deepEqual([names(allowed.evict), names(allowed.daemonPods)], [[], ['ns/a']]);
});

test('a DaemonSet of another API group is a controller like any other', (t) => {
  const foreign = { ownerReferences: [{ ...BY_DAEMON_SET, apiVersion: 'apps.kruise.io/v1alpha1' }] };
  t.deepEqual(names(verdict([pod('a', { metadata: foreign })]).evict), ['ns/a']);
});

test('a pod whose DaemonSet is missing needs --force; one that may not be read is refused whatever the flags', (t) => {
  const pods = [pod('a', { metadata: daemon })];
  const missing: [string, DaemonSetProblem][] = [
    ['ns/agent', { notFound: true, message: 'daemonsets.apps "agent" not found' }],
  ];
  t.is(
    verdict(pods, { ignoreDaemonsets: true }, missing).refusal,
    'cannot delete daemonsets.apps "agent" not found: ns/a',
  );
  const forced = verdict(pods, { force: true }, missing);
  t.deepEqual([forced.refusal, names(forced.evict)], [undefined, ['ns/a']]);
  t.deepEqual(forced.warnings, ['daemonsets.apps "agent" not found: ns/a']);
  const message = 'daemonsets.apps "agent" is forbidden';
  const forbidden: [string, DaemonSetProblem][] = [['ns/agent', { notFound: false, message }]];
  t.is(verdict(pods, { force: true, ignoreDaemonsets: true }, forbidden).refusal, `cannot delete ${message}: ns/a`);
});

test('pods on the host network stay whatever they are, and refuse nothing', (t) => {
  const all = [
    pod('a', { spec: host }),
    pod('b', { metadata: bare, spec: { ...host, ...EMPTY_DIR } }),
    pod('c', { metadata: daemon, spec: host }),
    pod('d', { metadata: { ...bare, ...mirror }, spec: host }),
  ];
  t.deepEqual(verdict(all), { evict: [], refusal: undefined, warnings: [], daemonPods: [], staticPods: [] });
});

test('static pods on the pod network are listed, and their volumes refuse nothing', (t) => {
  const { evict, staticPods, refusal } = verdict([pod('a', { metadata: { ...bare, ...mirror }, spec: EMPTY_DIR })]);
  t.deepEqual([names(evict), names(staticPods), refusal], [[], ['ns/a'], undefined]);
});

test('any finished pod is removed', (t) => {
  const pods = [
    pod('a', { metadata: bare, status: done }),
    pod('b', { spec: EMPTY_DIR, status: { phase: 'Failed' } }),
    pod('c', { metadata: daemon, status: done }),
  ];
  const { evict, refusal, warnings } = verdict(pods);
  t.deepEqual([names(evict), refusal, warnings], [['ns/a', 'ns/b', 'ns/c'], undefined, []]);
});

test('a pod whose deletion began long ago is passed over only with --skip-wait-for-delete-timeout, in whole seconds', (t) => {
  const going = [pod('a', { metadata: { ...bare, deletionTimestamp: '2026-01-01T00:09:00Z' } })];
  t.regex(verdict(going).refusal ?? '', /--force/);
  t.regex(verdict(going, { skipWaitForDeleteTimeout: 60 }).refusal ?? '', /--force/);
  const skipped = verdict(going, { skipWaitForDeleteTimeout: 59 });
  t.deepEqual([skipped.refusal, names(skipped.evict)], [undefined, []]);
});

test('several refusals and warnings stand side by side, each with its pods', (t) => {
  const pods = [
    pod('a', { metadata: daemon }),
    pod('b', { metadata: bare, spec: EMPTY_DIR }),
    pod('c', { metadata: bare }),
  ];
  t.is(
    verdict(pods).refusal,
    'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ns/a; ' +
      'cannot delete Pods with local storage (use --delete-emptydir-data to override): ns/b; ' +
      'cannot delete Pods that declare no controller (use --force to override): ns/c',
  );
  t.deepEqual(verdict(pods, { ignoreDaemonsets: true, force: true, deleteEmptydirData: true }).warnings, [
    'ignoring DaemonSet-managed Pods: ns/a',
    'deleting Pods with local storage: ns/b',
    'deleting Pods that declare no controller: ns/b, ns/c',
  ]);
});

test('the plan counts what is evicted', (t) => {
  t.deepEqual(drainLines('n', verdict([])), ['n: no pod is evicted']);
  t.deepEqual(drainLines('n', verdict([pod('a')])), ['n: 1 pod is evicted']);
  t.deepEqual(drainLines('n', verdict([pod('a'), pod('b', { metadata: bare })], { force: true })), [
    'n: 2 pods are evicted',
    'n: deleting Pods that declare no controller: ns/b',
  ]);
  t.deepEqual(drainLines('n', undefined), []);
});
