import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createOneOfEach, KINDS } from '../harness/kinds.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
const folder = mkdtempSync(join(tmpdir(), 'podcidr-dump-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
test.after.always(() => plane?.stop());
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  await createNodes(plane.api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'], labels: { zone: 'a' }, flannel: true, address: '192.168.9.1' }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
    node('far-out', { podCIDRs: ['10.250.1.0/24'] }),
    node('small', { podCIDRs: ['10.244.90.0/26'] }),
  ]);
  await plane.kubectl(['create', 'namespace', 'payroll']);
  const held = pod('db-0', 'twin-1', { metadata: { name: 'db-0', namespace: 'payroll' } });
  const spec = { containers: [{ name: 'main', image: 'x', env: [{ name: 'PASSWORD', value: 'hunter2' }] }] };
  await plane.api.post('/api/v1/namespaces/payroll/pods', { ...held, spec: { ...held.spec, ...spec } });
  await plane.api.patch(
    '/api/v1/namespaces/payroll/pods/db-0/status',
    { status: { phase: 'Running', podIP: '10.244.77.9', podIPs: [{ ip: '10.244.77.9' }] } },
    'merge',
  );
  // As an operation leaves it that was killed after its DELETE.
  const operation = { 'kubectl-podcidr/operation': '20261120-091402-4c42ff' };
  const ours = { 'app.kubernetes.io/managed-by': 'kubectl-podcidr', ...operation };
  for (const [name, labels, annotations] of [
    ['journal', { ...ours, 'kubectl-podcidr/state': 'open' }, { verb: 'reassign', by: 'alice@bastion' }],
    ['journal-small', ours, { node: 'small', step: 'swapping' }],
  ] as const) {
    await plane.api.post('/api/v1/namespaces/kube-system/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: 'kube-system',
        labels,
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, text]) => [`kubectl-podcidr/${key}`, text]),
        ),
      },
      data: { record: 'hunter2' },
    } as never);
  }
});

const run = (args: string[], input?: string, kubeconfig = plane.kubeconfig) =>
  runPodcidr(args, { kubeconfig, ...(input !== undefined && { input }) });

/** An age goes on between two commands. */
const ageless = (text: string) => text.replaceAll(/ {3,}(\d+[a-z]+)+(?= |\n) */g, '   AGE   ');

test.serial('validate and list say of a dump, byte for byte, what they say of the cluster', async (t) => {
  const made = await run(['dump']);
  t.is(made.code, 0, made.stderr);
  t.notRegex(made.stdout, /hunter2|managedFields|last-applied/);
  for (const output of ['table', 'json', 'yaml', 'junit', 'prometheus']) {
    const live = await run(['validate', '-o', output]);
    t.is(live.code, 1);
    t.deepEqual(await run(['validate', '-o', output, '-f', '-'], made.stdout), live);
  }
  for (const args of [['list'], ['list', '-o', 'wide'], ['list', '-l', 'zone=a', '-o', 'json']]) {
    const [live, dumped] = [await run(args), await run([...args, '-f', '-'], made.stdout)];
    t.is(live.code, 0, live.stderr);
    t.deepEqual({ ...dumped, stdout: ageless(dumped.stdout) }, { ...live, stdout: ageless(live.stdout) });
  }
  const codes = JSON.parse((await run(['validate', '-o', 'json'])).stdout).findings.map(
    ({ code }: { code: string }) => code,
  );
  t.deepEqual(codes, [
    'OperationInterrupted',
    'SubnetDuplicate',
    'SubnetOutsideClusterCIDR',
    'SubnetMaskDiffers',
    'SubnetTooSmall',
  ]);
});

test.serial('a redacted dump gives the same report, names aside, and names nothing of the cluster', async (t) => {
  const made = await run(['dump', '--redact', '-o', 'json']);
  t.is(made.code, 0, made.stderr);
  t.notRegex(made.stdout, /twin|far-out|small|payroll|db-0|alice|hunter2/);
  t.notRegex(made.stdout, new RegExp(`\\b${plane.node}\\b`));
  // The order of names is kept.
  const names = ['far-out', 'small', 'twin-1', 'twin-2', plane.node].sort();
  const renamed = names.reduce(
    (text, name, index) => text.replaceAll(new RegExp(`(?<![\\w.])${name}(?![\\w.])`, 'g'), `node-${index + 1}`),
    (await run(['validate', '-o', 'json'])).stdout.replaceAll('alice@bastion', 'somebody'),
  );
  t.is((await run(['validate', '-o', 'json', '-f', '-'], made.stdout)).stdout, renamed);
});

test.serial('a dump asks for all that reading commands ask for', async (t) => {
  const asked = async (args: string[]) => {
    const before = plane.auditEvents().length;
    await run(args);
    const own = plane
      .auditEvents()
      .slice(before)
      .filter(({ userAgent }) => userAgent?.startsWith('kubectl-podcidr/'));
    return new Set(
      // However it is asked for: all pods as a table, those of a node, a page.
      own.map(({ requestURI }) => requestURI.replace(/\?.*$/, '')),
    );
  };
  const dump = await asked(['dump']);
  for (const args of [['list'], ['list', '-o', 'wide'], ['validate'], ['validate', '-o', 'prometheus']]) {
    for (const uri of await asked(args)) t.true(dump.has(uri), `${args.join(' ')} asks for ${uri}`);
  }
});

test.serial(
  'every shape in which kubectl writes the same cluster is read: two kinds, files, gzip, a pipe',
  async (t) => {
    await createOneOfEach(plane.api);
    const live = JSON.parse((await run(['validate', '-o', 'json'])).stdout);
    const kinds = KINDS.join(',');
    for (const format of ['json', 'yaml']) {
      const { stdout } = await plane.kubectl(['get', kinds, '-A', '-o', format]);
      const file = join(folder, `all.${format}.gz`);
      writeFileSync(file, gzipSync(stdout));
      t.deepEqual(JSON.parse((await run(['validate', '-o', 'json', '-f', file])).stdout), live);
    }
    const files = await Promise.all(
      kinds.split(',').map(async (kind) => {
        const file = join(folder, `${kind}.yaml`);
        writeFileSync(file, (await plane.kubectl(['get', kind, '-A', '-o', 'yaml'])).stdout);
        return ['-f', file];
      }),
    );
    t.deepEqual(JSON.parse((await run(['validate', '-o', 'json', ...files.flat()])).stdout), live);
  },
);

test.serial(
  'what a user may not read is named, and the report of the dump is that of the cluster all the same',
  async (t) => {
    await plane.kubectl(['create', 'clusterrole', 'nodes-only', '--verb=list', '--resource=nodes']);
    await plane.kubectl(['create', 'clusterrolebinding', 'nodes-only', '--clusterrole=nodes-only', '--user=alice']);
    const { alice } = plane.users;
    const made = await run(['dump'], undefined, alice);
    t.is(made.code, 0, made.stderr);
    t.regex(made.stderr, /^not in it: pods \(pods cannot be read: pods is forbidden: User "alice"/m);
    t.deepEqual(await run(['validate', '-f', '-'], made.stdout), await run(['validate'], undefined, alice));
    t.notRegex((await run(['dump', '--redact'], undefined, alice)).stdout, /alice/);
    const nobody = await run(['dump'], undefined, plane.users.nobody);
    t.like(nobody, { code: 2, stdout: '' });
    t.regex(nobody.stderr, /^Error from server \(Forbidden\): nodes is forbidden/);
  },
);

test.serial('a dump is not taken for a backup', async (t) => {
  const made = await run(['dump']);
  const restored = await run(['restore', '-f', '-', '--yes'], made.stdout);
  t.like(restored, { code: 2, stdout: '' });
  t.regex(restored.stderr, /is no backup: kubectl podcidr dump keeps a few fields of each Node/);
});
