// npm run bench: the program beside kubectl, on one real API server, in one run. Writes nothing into the checkout.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startControlPlane } from '../../test/harness/control-plane.ts';
import { ROOT } from '../lib/places.ts';
import { say } from '../lib/progress.ts';
import { measureAbsence, writeManualNode } from './absence.ts';
import { TwinFleet } from './cure.ts';
import { allocatedFleet, createFleet } from './fleet.ts';
import { aim, columns, milliseconds, seconds, times } from './report.ts';
import { type Measured, Stopwatch } from './usage.ts';

const USAGE = `npm run bench -- [--kubernetes 1.36|1.24] [--only reading|absence|cure] [--nodes 1000] [--rounds 9] [--moves 20]
                 [--fleet 300] [--twins 20]

Prints start-up time, list, the absence of a Node during reassign, and the cure of nodes that share subnets, beside what kubectl
takes for the same. Aims that are missed are said, and are no error.
`;

const { values } = parseArgs({
  options: {
    kubernetes: { type: 'string', default: '1.36' },
    only: { type: 'string' },
    nodes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '9' },
    moves: { type: 'string', default: '20' },
    fleet: { type: 'string', default: '300' },
    twins: { type: 'string', default: '20' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const rounds = Number(values.rounds);
const moves = Number(values.moves);
if (!existsSync(join(ROOT, 'dist/kubectl-podcidr'))) {
  say('error: dist/kubectl-podcidr was not found; npm run build makes it');
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'podcidr-bench-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

function table(title: string, measured: Measured[]): void {
  const [ours] = measured;
  const rows = measured.map(({ name, ...it }) => [
    name,
    milliseconds(it.milliseconds),
    milliseconds(it.fastest),
    times(it.milliseconds, ours?.milliseconds),
    `${it.megabytes.toFixed(0)} MB`,
    times(it.megabytes, ours?.megabytes),
  ]);
  console.log(`${title}\n${columns([['', 'median', 'fastest', 'time', 'memory', 'memory'], ...rows])}\n`);
}

function wants(part: 'reading' | 'absence' | 'cure'): boolean {
  return values.only === undefined || values.only === part;
}

type Plane = Awaited<ReturnType<typeof startControlPlane>>;

function environment({ dir, kubeconfig }: Plane): Record<string, string> {
  return {
    HOME: work,
    KUBECONFIG: kubeconfig,
    PATH: `${join(dir, 'bin')}:${join(ROOT, 'dist')}:/usr/bin:/bin`,
  };
}

async function compareReading(stopwatch: Stopwatch, nodes: number): Promise<void> {
  const startUp = {
    'kubectl-podcidr version': ['kubectl-podcidr', 'version'],
    'kubectl podcidr version': ['kubectl', 'podcidr', 'version'],
    'kubectl version --client': ['kubectl', 'version', '--client'],
  };
  table('Start-up', await stopwatch.compare(startUp, rounds));
  const jsonpath = '-o=jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.spec.podCIDR}{"\\n"}{end}';
  const list = {
    'kubectl podcidr list': ['kubectl', 'podcidr', 'list'],
    'kubectl get nodes -o jsonpath': ['kubectl', 'get', 'nodes', jsonpath],
  };
  table(`The subnet of ${nodes} nodes`, await stopwatch.compare(list, rounds));
}

async function compareAbsence(stopwatch: Stopwatch, api: Plane['api'], nodes: string[]): Promise<void> {
  const manual = join(work, 'node.json');
  const ours = await measureAbsence(api, 'kubectl podcidr reassign', nodes.slice(0, moves), (node) =>
    stopwatch.once(['kubectl', 'podcidr', 'reassign', node, '--yes']),
  );
  const theirs = await measureAbsence(api, 'kubectl delete && kubectl apply', nodes.slice(-moves), async (node) => {
    // From the other end of the cluster CIDR than the controller manager's next ones.
    await writeManualNode(api, node, `10.250.${nodes.length - nodes.indexOf(node)}.0/24`, manual);
    await stopwatch.once(['sh', '-c', 'kubectl delete -f "$0" && kubectl apply -f "$0"', manual]);
  });
  const rows = [ours, theirs].map((it) => [
    it.name,
    milliseconds(it.median),
    milliseconds(it.longest),
    times(it.median, ours.median),
  ]);
  console.log(
    `The Node's absence as a watch sees it, ${moves} moves each\n${columns([['', 'median', 'longest', 'time'], ...rows])}`,
  );
  console.log(`${aim('at most a twentieth', theirs.median / ours.median, 20)}\n`);
}

/** Ours is run before and after the script, so that what else happens on the machine meets both; their mean counts. */
async function compareCure(fleet: TwinFleet): Promise<void> {
  const twins = Number(values.twins);
  const flags = ['--invalid', '--yes', '--drain=false', '--after-care=none'];
  const reassign = () =>
    fleet.cure('kubectl podcidr reassign --invalid', twins, () => ['kubectl', 'podcidr', 'reassign', ...flags]);
  const script = join(import.meta.dirname, 'cure-by-kubectl.sh');
  const before = await reassign();
  const theirs = await fleet.cure('script of kubectl commands', twins, (folder) => [script, folder]);
  const after = await reassign();
  const moved = (before.moved + after.moved) / 2;
  const whole = (before.whole + after.whole) / 2;
  const rows = [before, theirs, after].map((it) => [
    it.name,
    seconds(it.moved),
    times(it.moved, moved),
    seconds(it.whole),
    times(it.whole, whole),
  ]);
  const head = ['', 'last node moved', 'time', 'with heartbeats', 'time'];
  console.log(
    `${twins} of ${values.fleet} nodes cured of a subnet that another holds; times are of the mean of ours\n` +
      columns([head, ...rows]),
  );
  console.log(aim('at least 5 times faster, no heartbeat waited for', theirs.moved / moved, 5));
  console.log(aim('at least 5 times faster, with heartbeats', theirs.whole / whole, 5));
}

async function onBareNodes(): Promise<void> {
  // Nodes of no machine would be tainted after 40 s, and those writes would be measured too.
  const plane = await startControlPlane({
    kubernetes: values.kubernetes,
    controllerManager: ['--cluster-cidr=10.240.0.0/12', '--node-monitor-grace-period=24h'],
  });
  const { api, stop } = plane;
  try {
    const stopwatch = await Stopwatch.make(work, environment(plane));
    say(`creating ${values.nodes} nodes`);
    const nodes = await createFleet(api, Number(values.nodes));
    const kilobytes = ((await allocatedFleet(api)) / nodes.length / 1000).toFixed(1);
    console.log(`${nodes.length} nodes of ${kilobytes} kB, Kubernetes ${plane.version}\n`);
    if (wants('reading')) await compareReading(stopwatch, nodes.length);
    if (wants('absence')) await compareAbsence(stopwatch, api, nodes);
  } finally {
    await stop();
  }
}

async function onLiveNodes(): Promise<void> {
  const plane = await startControlPlane({
    kubernetes: values.kubernetes,
    kwok: true,
    controllerManager: ['--cluster-cidr=10.240.0.0/12'],
  });
  try {
    say(`creating ${values.fleet} nodes with heartbeats`);
    const fleet = new TwinFleet(plane.api, environment(plane), work);
    await fleet.grow(Number(values.fleet));
    await compareCure(fleet);
  } finally {
    await plane.stop();
  }
}

console.log(
  `kubectl-podcidr beside kubectl; ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ` +
    `load ${loadavg()[0]?.toFixed(1)}, Linux ${release()}, ${new Date().toISOString().slice(0, 10)}`,
);
if (wants('reading') || wants('absence')) await onBareNodes();
if (wants('cure')) await onLiveNodes();
