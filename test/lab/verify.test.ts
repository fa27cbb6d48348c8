import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../scripts/lib/processes.ts';
import { type Lab, startLab } from '../harness/lab.ts';
import { type ProgramOptions, runPodcidr } from '../harness/program.ts';
import { schemaErrors } from '../harness/schema.ts';

interface Line {
  subject: string;
  check: string;
  result: string;
  why: string;
}

let lab: Lab;
let stateDir: string;
test.before(async () => {
  lab = await startLab({ dualStack: true });
  stateDir = mkdtempSync(join(lab.dir, 'machine-'));
});
test.after.always(() => lab?.stop());

const verify = (args: string[], options: ProgramOptions = {}) =>
  runPodcidr(['verify', ...args, '--state-dir', stateDir], {
    kubeconfig: lab.kubeconfig,
    // A kubelet that has just joined makes its Lease a little later.
    env: { PODCIDR_TEST_CARE: '60000' },
    ...options,
  });

/** The lines, each as `CHECK SUBJECT RESULT: WHY`, and the exit code. */
async function look(t: ExecutionContext, args: string[], options: ProgramOptions = {}) {
  const { code, stdout, stderr } = await verify([...args, '-o', 'json'], options);
  if (stdout === '') throw new Error(stderr);
  const report = JSON.parse(stdout);
  t.is(schemaErrors('verify-report', report), '');
  const checks: Line[] = report.checks;
  const lines = checks.map(({ check, subject, result, why }) => `${check} ${subject} ${result}: ${why}`);
  t.log(stderr.trimEnd(), ...lines);
  return { code, checks, lines };
}

const probes = () => lab.api.list('/api/v1/pods?labelSelector=kubectl-podcidr/pod=probe');

const resultsOf = (checks: Line[], check: string) =>
  checks.filter((line) => line.check === check).map(({ subject, result }) => `${subject} ${result}`);

test.serial(
  'a healthy cluster passes: the API, the nodes, and every pair of pods by name over both families',
  async (t) => {
    const { code, checks } = await look(t, ['n1', 'n2', 'n3']);
    t.is(code, 0);
    t.deepEqual(
      checks.filter(({ result }) => result !== 'pass'),
      [],
    );
    const pairs = ['n1 → n2', 'n1 → n3', 'n2 → n1', 'n2 → n3', 'n3 → n1', 'n3 → n2'];
    t.deepEqual(
      resultsOf(checks, 'PodToPod').sort(),
      pairs.flatMap((pair) => [`${pair} pass`, `${pair} pass`]),
    );
    for (const check of ['Subnet', 'ClusterCIDR', 'NodeFacts', 'NewPod', 'Lease', 'CSINode']) {
      t.deepEqual(resultsOf(checks, check), ['node/n1 pass', 'node/n2 pass', 'node/n3 pass'], check);
    }
    t.deepEqual(await probes(), []);
  },
);

test.serial('twins fail by name: one that answers for the other is told from it', async (t) => {
  await lab.shareSubnet('n2', 'n3');
  // Both hand out the same address next.
  for (const name of ['n2', 'n3']) await lab.inNode(name, ['sh', '-c', 'rm -rf /var/lib/cni/networks/cbr0']);
  const { code, checks, lines } = await look(t, ['n2', 'n3']);
  t.is(code, 1);
  const fails = lines.filter((line) => / fail: /.test(line)).join('\n');
  t.regex(fails, /^Subnet node\/n2 fail: SubnetDuplicate: /m);
  t.regex(fails, /^PodToPod n2 → n3 fail: \S+ is answered by the pod of n2$/m);
  t.regex(fails, /^PodToPod n1 → n2 fail: \S+ is answered by the pod of n3$/m);
  t.true(resultsOf(checks, 'PodToPod').includes('n1 → n3 pass'));
  t.deepEqual(await probes(), []);
});

/** `reassign`, as an operator who wants it done. */
const reassign = (...args: string[]) =>
  runPodcidr(['reassign', ...args, '--yes', '--ignore-daemonsets', '--state-dir', stateDir], {
    kubeconfig: lab.kubeconfig,
    env: { PODCIDR_TEST_CARE: '60000', PODCIDR_TEST_ANSWER: '10000' },
  });

test.serial('an operation ends with what it has verified, and what was cured stays so', async (t) => {
  const ran = await reassign('n3');
  t.log(ran.stderr);
  t.is(ran.code, 0);
  t.regex(ran.stderr, /^verified node\/n3: API, node facts, pods answer \(n3 ↔ n2, n1\)$/m);
  const { code, checks } = await look(t, []);
  t.is(code, 0);
  t.false(resultsOf(checks, 'PodToPod').some((line) => !line.endsWith('pass')));
  t.deepEqual(resultsOf(checks, 'Subnet'), ['node/n3 pass']);
  t.deepEqual(await probes(), []);
});

test.serial(
  'an operation whose pods do not reach each other ends with exit 1 and says so, and is finished',
  async (t) => {
    const rule = ['FORWARD', '-p', 'tcp', '--dport', '8480', '-j', 'DROP'];
    const onPeer = (verb: string) => lab.inNode('n1', ['iptables', verb, ...rule]);
    t.is((await onPeer('-I')).code, 0);
    const ran = await reassign('n3');
    t.is((await onPeer('-D')).code, 0);
    t.log(ran.stderr);
    t.is(ran.code, 1);
    t.regex(ran.stderr, /^error: n3 → n1: PodToPod: \S+ does not answer$/m);
    t.regex(ran.stderr, /^See: kubectl podcidr verify n3$/m);
    const { stdout } = await runPodcidr(['operations', '--state-dir', stateDir], { kubeconfig: lab.kubeconfig });
    t.notRegex(stdout, /interrupted|running/);
    t.is((await look(t, ['n3'])).code, 0);
  },
);

test.serial('--probe=never makes no pod: nodes reach for pods that are there, which is said as such', async (t) => {
  await lab.deployEcho();
  const { code, checks, lines } = await look(t, ['n1', 'n3', '--probe=never']);
  t.is(code, 0);
  t.true(resultsOf(checks, 'PodToPod').every((line) => line.endsWith('not-checked')));
  t.deepEqual(
    resultsOf(checks, 'NodeToPod').filter((line) => line.startsWith('n1 → n3')),
    ['n1 → n3 pass'],
  );
  t.regex(
    lines.join('\n'),
    /^NodeToPod n1 → n3 pass: \S+ \(pod default\/echo-\w+\) answers a ping of the node; by ping nobody tells its name$/m,
  );
});

test.serial('an image that cannot be pulled is not checked and says so; nothing is left behind', async (t) => {
  const { code, lines } = await look(t, ['n1', '--image=nowhere.invalid/none:1']);
  t.is(code, 0);
  t.regex(
    lines.join('\n'),
    /^NewPod node\/n1 not-checked: the image nowhere\.invalid\/none:1 cannot be pulled \(.+\) on n1$/m,
  );
  t.deepEqual(await probes(), []);
});

test.serial('killed while its pods answer: the next run removes them', async (t) => {
  let child: ChildProcess | undefined;
  const watching = until(async () => {
    const running = (await probes()).filter(({ status }) => status?.phase === 'Running');
    if (running.length > 0) child?.kill('SIGKILL');
    return running.length > 0;
  }, 60_000);
  // Asks for long enough to be caught: nobody answers there.
  await lab.inNode('n3', ['ip', 'route', 'add', 'blackhole', '10.244.0.0/16', 'metric', '5']);
  const ran = await verify(['n3'], {
    onStart: (started) => {
      child = started;
    },
  });
  t.true(await watching);
  t.is(ran.signal, 'SIGKILL', ran.stderr);
  t.true((await probes()).length > 0);
  await lab.inNode('n3', ['ip', 'route', 'del', 'blackhole', '10.244.0.0/16']);
  await verify(['n1', '--image=nowhere.invalid/none:1']);
  t.deepEqual(await probes(), []);
});

test.serial('a node that cannot start pods fails in the words of its CNI', async (t) => {
  // An operator who stops half-way: the bridge keeps the address of the former subnet.
  await lab.recreateNode('n2', ['10.244.41.0/24', 'fd00:10:244:41::/64']);
  await lab.restartFlannel('n2');
  const { code, lines } = await look(t, ['n2'], { env: { PODCIDR_TEST_PROBE_START: '12000' } });
  t.is(code, 1);
  const text = lines.join('\n');
  t.regex(
    text,
    /^NewPod node\/n2 fail: a new pod does not start: .*"cni0" already has an IP address different from 10\.244\.41\.1/m,
  );
  t.regex(text, /^NodeFacts node\/n2 fail: BridgeAddressStale: /m);
  t.deepEqual(await probes(), []);
});
