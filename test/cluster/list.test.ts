import test from 'ava';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node, pod } from '../harness/node.ts';
import { type ProgramOptions, runPodcidr } from '../harness/program.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  await createNodes(plane.api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'], labels: { zone: 'a' }, flannel: true, address: '192.168.9.1' }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'], labels: { zone: 'b' } }),
    node('plain', { labels: { zone: 'a' } }),
  ]);
});
test.after.always(() => plane?.stop());

const list = (args: string[] = [], options: ProgramOptions = {}) =>
  runPodcidr(['list', ...args], { kubeconfig: plane.kubeconfig, ...options });

/** The cells of each line. */
const cells = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));

/** 2m5s in seconds. */
const seconds = (age: string) => {
  const [, minutes = '0', rest = '0'] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(age) ?? [];
  return Number(minutes) * 60 + Number(rest);
};

test('list shows each Node of the server with its subnet and status, and sums up on stderr', async (t) => {
  const { code, stdout, stderr } = await list();
  t.is(code, 0, stderr);
  const rows = cells(stdout);
  t.deepEqual(rows[0], ['NAME', 'POD-CIDR', 'STATUS', 'AGE']);
  const nodes = await plane.api.list('/api/v1/nodes');
  const subnets = nodes.map(({ metadata, spec }) => [metadata.name, spec?.podCIDR ?? '']);
  t.deepEqual(
    rows.slice(1).map(([name, subnet]) => [name, subnet]),
    subnets.sort(),
  );
  t.deepEqual(
    rows
      .slice(1)
      .filter(([name]) => name?.startsWith('twin'))
      .map((row) => row[2]),
    ['SubnetDuplicate', 'SubnetDuplicate'],
  );
  t.is(stderr, '4 nodes: 2 OK, 2 SubnetDuplicate\n');
});

test('names and the table are those of kubectl get nodes: -o name, ages, -l, NotFound', async (t) => {
  const names = await plane.kubectl(['get', 'nodes', '-o', 'name']);
  t.is((await list(['-o', 'name'])).stdout, names.stdout);
  const chosen = await plane.kubectl(['get', 'nodes', '-o', 'name', '-l', 'zone in (a),!gone']);
  t.is((await list(['-o', 'name', '-l', 'zone in (a),!gone'])).stdout, chosen.stdout);
  const missing = await plane.kubectl(['get', 'nodes', 'nope']);
  const { code, stdout, stderr } = await list(['nope']);
  t.deepEqual({ code, stdout, stderr }, { code: 2, stdout: '', stderr: missing.stderr });
  // Ages go on between commands: ours lies between kubectl's before and kubectl's after.
  const ages = async (run: Promise<{ stdout: string }>) =>
    cells((await run).stdout).map((row) => seconds(row[3] ?? ''));
  const before = await ages(plane.kubectl(['get', 'nodes', '--no-headers']));
  const ours = await ages(list(['--no-headers']));
  const after = await ages(plane.kubectl(['get', 'nodes', '--no-headers']));
  t.is(ours.length, before.length);
  for (const [index, age] of ours.entries()) {
    t.true((before[index] ?? 0) <= age + 1 && age <= (after[index] ?? 0) + 1, `${before} ≤ ${ours} ≤ ${after}`);
  }
});

test('all unknown nodes are named at once, and what -o name prints is taken as names', async (t) => {
  const { code, stdout, stderr } = await list(['nope', 'plain', 'node/gone']);
  t.deepEqual(
    { code, stdout, stderr },
    { code: 2, stdout: '', stderr: 'Error from server (NotFound): nodes "nope", "gone" not found\n' },
  );
  const printed = (await list(['-o', 'name'])).stdout;
  t.is((await list([...printed.trim().split('\n'), '-o', 'name'])).stdout, printed);
});

test('a node whose twin is not shown still shows its finding', async (t) => {
  const { stdout, stderr } = await list(['-l', 'zone=b', '--no-headers']);
  t.like(cells(stdout)[0], ['twin-2', '10.244.77.0/24', 'SubnetDuplicate']);
  t.is(stderr, '1 node: 0 OK, 1 SubnetDuplicate\n');
});

test('wide counts the addresses that pods hold, and shows what the CNI says of itself', async (t) => {
  const own = { metadata: { name: 'held', namespace: 'default' } };
  await plane.api.post('/api/v1/namespaces/default/pods', pod('held', 'twin-1', own));
  await plane.api.patch(
    '/api/v1/namespaces/default/pods/held/status',
    {
      status: { phase: 'Running', podIP: '10.244.77.9', podIPs: [{ ip: '10.244.77.9' }] },
    },
    'merge',
  );
  const { stdout, stderr } = await list(['twin-1', '-o', 'wide', '--no-headers']);
  const [row] = cells(stdout);
  t.regex(row?.[4] ?? '', /^[12]\/253$/, stderr);
  t.deepEqual(row?.slice(5), ['192.168.9.1', 'flannel vxlan 192.168.9.1']);
});

test.serial('pods are read for wide alone', async (t) => {
  const reads = async (args: string[]) => {
    const before = plane.auditEvents().length;
    await list(args);
    return plane
      .auditEvents()
      .slice(before)
      .filter(({ userAgent }) => userAgent?.startsWith('kubectl-podcidr/'))
      .map(({ requestURI }) => requestURI)
      .filter((uri) => uri.startsWith('/api/v1/pods'));
  };
  t.deepEqual(await reads([]), []);
  t.true((await reads(['-o', 'wide'])).length > 0);
});

test('a dump says the same as the server, as JSON, as YAML and from standard input', async (t) => {
  const live = JSON.parse((await list(['-o', 'json'])).stdout);
  for (const format of ['json', 'yaml']) {
    const dump = await plane.kubectl(['get', 'nodes,pods', '-A', '-o', format]);
    t.deepEqual(JSON.parse((await list(['-o', 'json', '-f', '-'], { input: dump.stdout })).stdout), live);
  }
});

test("a user without rights gets the server's words, exit 2 and nothing on stdout", async (t) => {
  const kubeconfig = plane.users.nobody ?? '';
  const { code, stdout, stderr } = await list([], { kubeconfig });
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /^Error from server \(Forbidden\): nodes is forbidden: User "[^"]+" cannot list resource "nodes"/);
  t.true(stderr.trimEnd().split('\n').length <= 3);
});

test('a user who may read nodes alone gets the list, and what could not be judged is said', async (t) => {
  await plane.kubectl(['create', 'clusterrole', 'nodes-only', '--verb=list', '--resource=nodes']);
  await plane.kubectl(['create', 'clusterrolebinding', 'nodes-only', '--clusterrole=nodes-only', '--user=alice']);
  const { code, stdout, stderr } = await list(['-o', 'wide'], { kubeconfig: plane.users.alice ?? '' });
  t.is(code, 0, stderr);
  t.regex(stdout, /\?\/253/);
  t.regex(
    stderr,
    /not judged: SubnetOutsideClusterCIDR, .*\(the pods of kube-controller-manager cannot be read: pods is forbidden/,
  );
});
