import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { newAuthority } from '../../../scripts/clusters/credentials.ts';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node, standing } from '../../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { createTwins, getNode, NO_RESTART } from './support.ts';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(async () => {
  await removeHooks();
  await plane.clear();
});

const run = (...args: string[]) => runPodcidr(['reassign', NO_RESTART, ...args], { kubeconfig: plane.kubeconfig });

/** One clear message, exit 2, nothing on stdout, and the Node as it was. */
async function refusedClearly(t: ExecutionContext, name: string, args: string[], says: RegExp): Promise<void> {
  const before = await getNode(plane, name);
  const ran = await run(name, ...args);
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
  t.is((await getNode(plane, name)).metadata.uid, before.metadata.uid);
}

function moved(t: ExecutionContext, ran: ProgramResult, name = 'moves'): void {
  t.is(ran.code, 0, ran.stderr);
  t.true(ran.stdout.startsWith(`node/${name} reassigned (10.244.`), ran.stdout);
}

test.serial('--dry-run=server tries every request, writes nothing, and says what it did', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const from = plane.auditEvents().length;
  const plain = await run('moves', '--dry-run=server');
  const json = await run('moves', '--dry-run=server', '-o', 'json');
  t.deepEqual([plain.code, json.code], [0, 0], plain.stderr + json.stderr);
  t.true(plain.stdout.endsWith('\nnode/moves reassigned (server dry run)\n'), plain.stdout);
  t.is(schemaErrors('reassign-plan', JSON.parse(json.stdout)), '');
  const changing = plane
    .auditEvents()
    .slice(from)
    .filter(
      ({ verb, userAgent }) => userAgent?.startsWith('kubectl-podcidr') && !['get', 'list', 'watch'].includes(verb),
    );
  const tried = changing.filter(({ objectRef }) => objectRef?.resource !== 'selfsubjectaccessreviews');
  t.deepEqual(
    tried.map(({ verb, requestURI }) => `${verb} ${requestURI.includes('dryRun=All')}`),
    ['delete true', 'create true', 'delete true', 'create true'],
  );
  t.true(changing.length > tried.length, 'rights were asked for too');
  t.is((await plane.api.list('/api/v1/nodes')).length, 3);
});

test.serial(
  'a real run tries the DELETE and the POST by dry run before its first write, and the POST again before the DELETE',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    const from = plane.auditEvents().length;
    moved(t, await run('moves', '--yes'));
    const writes = plane
      .auditEvents()
      .slice(from)
      .filter(
        ({ verb, userAgent }) => userAgent?.startsWith('kubectl-podcidr') && !['get', 'list', 'watch'].includes(verb),
      )
      .filter(({ objectRef }) => objectRef?.resource !== 'selfsubjectaccessreviews')
      .map(({ verb, requestURI }) => (requestURI.includes('dryRun=All') ? `try ${verb}` : `${verb} ${requestURI}`));
    t.deepEqual(writes.slice(0, 2), ['try delete', 'try create']);
    const tries = writes.slice(2).filter((write) => write.startsWith('try '));
    t.deepEqual(tries, ['try create']);
    const deletion = writes.findIndex((write) => write.startsWith('delete /api/v1/nodes/moves'));
    t.true(writes.lastIndexOf('try create') < deletion);
  },
);

test.serial('a Windows node is refused', async (t) => {
  await createNodes(plane.api, [node('w', { podCIDRs: ['10.244.7.0/24'], labels: { 'kubernetes.io/os': 'windows' } })]);
  await refusedClearly(t, 'w', ['--yes'], /runs Windows/);
});

test.serial('a node of a managed cluster is refused, a plain machine of the same cloud is not', async (t) => {
  const labels = { 'cloud.google.com/gke-nodepool': 'default' };
  const plain = node('plain', { podCIDRs: ['10.244.8.0/24'], flannel: true });
  plain.spec = { ...plain.spec, providerID: 'aws:///eu-west-1a/i-1' };
  await createNodes(plane.api, [node('gke', { podCIDRs: ['10.244.7.0/24'], labels }), plain]);
  await refusedClearly(t, 'gke', ['--yes'], /Google GKE \(label cloud\.google\.com\/gke-nodepool\)/);
  moved(t, await run('plain', '--yes'), 'plain');
});

test.serial('Ready=Unknown is refused without --offline-node, Ready=False goes on', async (t) => {
  await createNodes(plane.api, [
    node('off', { podCIDRs: ['10.244.7.0/24'], ready: 'Unknown', labels: { 'kubernetes.io/hostname': plane.node } }),
    node('ill', { podCIDRs: ['10.244.8.0/24'], ready: 'False', labels: { 'kubernetes.io/hostname': plane.node } }),
  ]);
  await refusedClearly(t, 'off', ['--yes'], /Ready is Unknown.*--offline-node/);
  const ran = await run('off', '--yes', '--offline-node');
  moved(t, ran, 'off');
  t.regex(ran.stderr, /kubelet of off does not report: only the API is changed/);
  moved(t, await run('ill', '--yes'), 'ill');
});

test.serial('a node with a VolumeAttachment that is being deleted is refused, with another one not', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const attach = (name: string, nodeName: string) =>
    plane.api.post('/apis/storage.k8s.io/v1/volumeattachments', {
      metadata: { name, finalizers: ['example.com/attacher'] },
      spec: { attacher: 'example.com', nodeName, source: { persistentVolumeName: 'pv' } },
    });
  await Promise.all([attach('here', 'moves'), attach('other', 'keeps')]);
  await plane.api.request('DELETE', '/apis/storage.k8s.io/v1/volumeattachments/here');
  await plane.api.request('DELETE', '/apis/storage.k8s.io/v1/volumeattachments/other');
  await refusedClearly(t, 'moves', ['--yes'], /VolumeAttachment here has a deletionTimestamp/);
  const path = '/apis/storage.k8s.io/v1/volumeattachments/here';
  await plane.api.patch(path, { metadata: { finalizers: null } });
  await until(async () => (await plane.api.find(path)) === undefined, 5_000);
  moved(t, await run('moves', '--yes'));
});

/** The namespace as if it had never been there: one that an earlier test had may still be on its way out. */
async function createNamespace(name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  await until(async () => {
    await plane.api.request('POST', '/api/v1/namespaces', { metadata: { name } });
    return (await plane.api.find(path))?.metadata.deletionTimestamp === undefined;
  }, 60_000);
}

/** A workload that wants to run. */
async function workload(
  kind: 'Deployment' | 'DaemonSet',
  namespace: string,
  name: string,
  env: object[] = [],
): Promise<void> {
  await createNamespace(namespace);
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'registry.k8s.io/pause:3.9', env }];
  await plane.api.post(`/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`, {
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
}

test.serial(
  'a cluster whose CNI ignores spec.podCIDR is refused; a CNI that nobody knows is said in the plan',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    t.regex((await run('moves', '--dry-run=client')).stdout, /no CNI that this program knows was seen on moves/);
    await plane.api.post('/api/v1/namespaces/kube-system/configmaps', {
      metadata: { name: 'cilium-config' },
      data: { ipam: 'cluster-pool' },
    });
    await workload('DaemonSet', 'kube-system', 'cilium');
    await refusedClearly(
      t,
      'moves',
      ['--yes'],
      /cilium gives its pods .* ignores spec\.podCIDR \(DaemonSet kube-system\/cilium\)/,
    );
    await plane.api.patch('/api/v1/namespaces/kube-system/configmaps/cilium-config', { data: { ipam: 'kubernetes' } });
    const follows = await run('moves', '--yes');
    moved(t, follows);
    t.notRegex(follows.stderr, /CNI that this program knows/);
  },
);

for (const [name, kind, namespace, env] of [
  ['nfd-gc', 'Deployment', 'node-feature-discovery', []],
  ['longhorn-manager', 'DaemonSet', 'longhorn-system', []],
  ['calico-kube-controllers', 'Deployment', 'kube-system', [{ name: 'ETCD_ENDPOINTS', value: 'https://etcd:2379' }]],
] as const) {
  test.serial(`${name} acts on the deletion of a Node: refused unless --ignore=${name}`, async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    await workload(kind, namespace, name, [...env]);
    await refusedClearly(
      t,
      'moves',
      ['--yes'],
      new RegExp(`${name} \\(${kind} ${namespace}/${name}\\).*--ignore=${name}`),
    );
    const ran = await run('moves', '--yes', `--ignore=portworx,${name}`);
    moved(t, ran);
    t.regex(ran.stderr, new RegExp(`${name} .* ignored, as asked`));
  });
}

test.serial('a controller that is scaled to nothing acts on nothing', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await workload('Deployment', 'node-feature-discovery', 'nfd-gc');
  await plane.kubectl(['scale', 'deployment', 'nfd-gc', '-n', 'node-feature-discovery', '--replicas=0']);
  moved(t, await run('moves', '--yes'));
});

test.serial('--ignore with an unknown name tells the nearest one', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await refusedClearly(
    t,
    'moves',
    ['--yes', '--ignore=longhorn-manger'],
    /"longhorn-manger"; did you mean longhorn-manager\?/,
  );
});

/** What a webhook under test says; undefined: it takes everything. */
type Verdict = string | undefined;

/** A webhook server on loopback, and the clientConfig that names it. */
async function webhookServer(t: ExecutionContext, judge: (operation: string, name: string) => Verdict) {
  const authority = await newAuthority();
  const { cert, key } = await authority.server('webhook', ['localhost'], ['127.0.0.1']);
  const server = createServer({ cert, key }, async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const { request } = JSON.parse(text);
    const message = judge(request.operation, request.name);
    const status = message === undefined ? {} : { status: { message, code: 403 } };
    const response = { uid: request.uid, allowed: message === undefined, ...status };
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void server.close());
  const caBundle = Buffer.from(authority.ca).toString('base64');
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, caBundle };
}

async function webhook(clientConfig: object, more: object = {}, resources = ['nodes']): Promise<void> {
  await plane.api.post(`${ADMISSION}/validatingwebhookconfigurations`, {
    metadata: { name: 'guard' },
    webhooks: [
      {
        name: 'nodes.guard.example.com',
        clientConfig,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'DELETE'], resources }],
        ...more,
      },
    ],
  });
}

/** Takes every admission configuration away, and waits until the server has noticed. */
async function removeHooks(): Promise<void> {
  for (const kind of [
    'validatingwebhookconfigurations',
    'validatingadmissionpolicybindings',
    'validatingadmissionpolicies',
  ]) {
    await plane.api.request('DELETE', `${ADMISSION}/${kind}`);
  }
  const free = await until(async () => {
    const created = await plane.api.request('POST', '/api/v1/nodes?dryRun=All', node('probe'));
    const deleted = await plane.api.request('DELETE', `/api/v1/nodes/${plane.node}?dryRun=All`);
    return created.status === 201 && deleted.status === 200;
  }, 20_000);
  if (!free) throw new Error('a webhook or policy of an earlier test is still in force');
}

/** The API server takes up a new configuration in its own time: until a trial of its own meets it. */
async function inForce(says: RegExp): Promise<void> {
  const met = await until(async () => {
    const answer = await plane.api.request('POST', '/api/v1/nodes?dryRun=All', node('probe'));
    return says.test(answer.text);
  }, 20_000);
  if (!met) throw new Error(`the server never said ${says}`);
}

test.serial(
  'a webhook that refuses the new Node is met by dry run: its words are the refusal, and others move',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    await createNodes(plane.api, [node('third', { podCIDRs: ['10.244.78.0/24'] })]);
    const server = await webhookServer(t, (operation, name) =>
      operation === 'CREATE' && /^(moves|probe)/.test(name) ? `no ${operation} here \u001b[31m` : undefined,
    );
    await webhook(server);
    await inForce(/no CREATE here/);
    await refusedClearly(
      t,
      'moves',
      ['--yes'],
      /the server refuses its POST \(tried by dry run\): .*nodes\.guard\.example\.com.* denied the request: no CREATE here \^\[\[31m/,
    );
    const ran = await run('moves', 'third', '--yes');
    t.is(ran.code, 1, ran.stderr);
    t.regex(ran.stdout, /^node\/third reassigned /);
    t.regex(ran.stderr, /Refused:\n {2}moves: the server refuses its POST/);
    t.regex(
      ran.stderr,
      /webhook nodes\.guard\.example\.com \(ValidatingWebhookConfiguration\/guard, failurePolicy Fail\) is asked about CREATE and DELETE of Nodes; it runs at https:/,
    );
  },
);

test.serial('a webhook that refuses the DELETE refuses the move', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const server = await webhookServer(t, (operation, name) =>
    operation === 'DELETE' || name === 'probe' ? `no ${operation} here` : undefined,
  );
  await webhook(server);
  await inForce(/no CREATE here/);
  await refusedClearly(t, 'moves', ['--dry-run=server'], /the server refuses its DELETE .*no DELETE here/);
});

test.serial('a webhook that declares side effects cannot be tried: that is said, and the move goes on', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  // v1 takes no webhook with side effects; objects of v1beta1's time have them. The words are the server's (NewDryRunUnsupportedErr).
  const message = 'admission webhook "old.example.com" does not support dry run';
  const proxy = await startFaultProxy(plane);
  t.teardown(proxy.close);
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: 'BadRequest', code: 400 };
  proxy.decideTrials(() => ({ kind: 'answer', status: 400, body }));
  const ran = await runPodcidr(['reassign', 'moves', NO_RESTART, '--yes'], { kubeconfig: proxy.kubeconfig });
  moved(t, ran);
  t.regex(
    ran.stderr,
    /whether the server takes the DELETE of moves could not be tried: admission webhook "old\.example\.com"/,
  );
  t.regex(ran.stderr, /whether the server takes the POST of moves could not be tried/);
});

test.serial('a server that stumbles over a dry run refuses the move and says so', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const message = 'failed calling webhook "late.example.com": context deadline exceeded';
  const proxy = await startFaultProxy(plane);
  t.teardown(proxy.close);
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: 'InternalError', code: 500 };
  proxy.decideTrials(() => ({ kind: 'answer', status: 500, body }));
  const before = await getNode(plane, 'moves');
  const ran = await runPodcidr(['reassign', 'moves', NO_RESTART, '--yes'], { kubeconfig: proxy.kubeconfig });
  t.is(ran.code, 2, ran.stderr);
  t.regex(
    ran.stderr,
    /the server refuses its DELETE \(tried by dry run\): failed calling webhook "late\.example\.com"/,
  );
  t.deepEqual(standing(await getNode(plane, 'moves')), standing(before));
});

/** A Service whose one endpoint runs on `nodeName`, as its EndpointSlice tells. */
async function service(name: string, nodeName: string | undefined): Promise<void> {
  await plane.api.post('/api/v1/namespaces/default/services', { metadata: { name }, spec: { ports: [{ port: 443 }] } });
  if (nodeName === undefined) return;
  await plane.api.post('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.9'], nodeName, conditions: { ready: true } }],
    ports: [{ port: 443 }],
  });
}

test.serial(
  'a webhook that must agree and that nobody answers refuses the move before anything is tried',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    await service('none', undefined);
    await webhook({ service: { namespace: 'default', name: 'none' } });
    await refusedClearly(
      t,
      'moves',
      ['--dry-run=client'],
      /webhook nodes\.guard\.example\.com .* must agree to CREATE and DELETE of Nodes, and no pod answers for it \(Service default\/none /,
    );
  },
);

test.serial('a webhook whose only pod is on the node being moved refuses it, and no other node', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await service('guard', 'moves');
  await webhook({ service: { namespace: 'default', name: 'guard' } });
  await refusedClearly(
    t,
    'moves',
    ['--dry-run=client'],
    /Service default\/guard\) are on this node: move one to another node/,
  );
  const other = await run('keeps', '--dry-run=client');
  t.is(other.code, 0, other.stderr);
  t.regex(other.stdout, /Service default\/guard runs on moves/);
  await plane.api.delete('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/guard-1');
});

test.serial('webhooks that are ignored when they fail, or see no Node, hinder nothing', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await service('none', undefined);
  await webhook({ service: { namespace: 'default', name: 'none' } }, { failurePolicy: 'Ignore', timeoutSeconds: 1 });
  const ignored = await run('moves', '--dry-run=client');
  t.is(ignored.code, 0, ignored.stderr);
  t.regex(ignored.stdout, /failurePolicy Ignore\) is asked .* Service default\/none has no pod that is ready/);
  await plane.api.delete(`${ADMISSION}/validatingwebhookconfigurations/guard`);
  await webhook({ service: { namespace: 'default', name: 'none' } }, {}, ['nodes/status', 'pods']);
  const elsewhere = await run('moves', '--yes');
  moved(t, elsewhere);
  t.notRegex(elsewhere.stderr, /webhook/);
});

test.serial('a ValidatingAdmissionPolicy that is bound is named, and what it denies is met by dry run', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const policies = `${ADMISSION}/validatingadmissionpolicies`;
  const answer = await plane.api.request('POST', policies, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'owners' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nodes'] }],
      },
      validations: [
        { expression: "has(object.metadata.labels) && 'owner' in object.metadata.labels", message: 'no owner' },
      ],
    },
  });
  if (answer.status === 404) {
    // 1.24 has no policies: nothing is named, and nothing is in the way.
    const ran = await run('moves', '--yes');
    moved(t, ran);
    return t.notRegex(ran.stderr, /policy|policies/);
  }
  t.is(answer.status, 201, answer.text);
  const unbound = await run('moves', '--dry-run=server');
  t.is(unbound.code, 0, unbound.stderr);
  t.notRegex(unbound.stdout, /policy owners/);
  await plane.api.post(`${ADMISSION}/validatingadmissionpolicybindings`, {
    metadata: { name: 'owners' },
    spec: { policyName: 'owners', validationActions: ['Deny'] },
  });
  await inForce(/no owner/);
  await refusedClearly(t, 'moves', ['--yes'], /the server refuses its POST \(tried by dry run\): .*owners.*no owner/);
  await plane.kubectl(['label', 'node', 'moves', 'owner=me']);
  const ran = await run('moves', '--yes');
  moved(t, ran);
  t.regex(
    ran.stderr,
    /policy owners \(ValidatingAdmissionPolicy\/owners, failurePolicy Fail\) is asked about CREATE of Nodes/,
  );
});

test.serial('credentials that end within 10 minutes are refused, those that last longer are not', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await plane.api.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'tool' } });
  await plane.api.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'tool' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'tool', namespace: 'default' }],
  });
  const { clusters } = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
  const runFor = async (expirationSeconds: number) => {
    const path = '/api/v1/namespaces/default/serviceaccounts/tool/token';
    const { status } = await plane.api.post(path, { spec: { expirationSeconds } });
    const kubeconfig = join(plane.dir, `token-${expirationSeconds}.kubeconfig`);
    const [{ name: cluster }] = clusters;
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters,
        users: [{ name: 'tool', user: { token: (status as { token: string }).token } }],
        contexts: [{ name: 'tool', context: { cluster, user: 'tool' } }],
        'current-context': 'tool',
      }),
    );
    // The server gives no token for less than 10 minutes, and tells its time in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    return runPodcidr(['reassign', 'moves', NO_RESTART, '--yes'], { kubeconfig });
  };
  const short = await runFor(600);
  t.is(short.code, 2, short.stderr);
  t.is(short.stdout, '');
  t.regex(
    short.stderr,
    /^error: the token expires at \d{4}-.*Z, in 9 min: it must be good for 10 minutes; nothing was changed\n/,
  );
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');
  moved(t, await runFor(3_600));
});
