// npm run bench: the program beside kubectl, on one real API server, in one run. Writes nothing into the checkout.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startControlPlane } from '../../test/harness/control-plane.ts';
import { ROOT } from '../lib/places.ts';
import { say } from '../lib/progress.ts';
import { measureAbsence, writeManualNode } from './absence.ts';
import { allocatedFleet, createFleet } from './fleet.ts';
import { columns, milliseconds, times } from './report.ts';
import { type Measured, Stopwatch } from './usage.ts';

const USAGE = `npm run bench -- [--kubernetes 1.36|1.24] [--nodes 1000] [--rounds 9] [--moves 5]

Prints start-up time, list and the absence of a Node during reassign beside what kubectl takes for the same.
`;

const { values } = parseArgs({
  options: {
    kubernetes: { type: 'string', default: '1.36' },
    nodes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '9' },
    moves: { type: 'string', default: '5' },
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

// Nodes of no machine would be tainted after 40 s, and those writes would be measured too.
const { api, dir, kubeconfig, version, stop } = await startControlPlane({
  kubernetes: values.kubernetes,
  controllerManager: ['--cluster-cidr=10.240.0.0/12', '--node-monitor-grace-period=24h'],
});
try {
  const stopwatch = await Stopwatch.make(work, {
    HOME: work,
    KUBECONFIG: kubeconfig,
    PATH: `${join(dir, 'bin')}:${join(ROOT, 'dist')}:/usr/bin:/bin`,
  });

  say(`creating ${values.nodes} nodes`);
  const nodes = await createFleet(api, Number(values.nodes));
  const bytes = await allocatedFleet(api);
  const kilobytes = (bytes / nodes.length / 1000).toFixed(1);
  console.log(
    `kubectl-podcidr and kubectl on Kubernetes ${version}, ${nodes.length} nodes of ${kilobytes} kB; ` +
      `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, ${new Date().toISOString().slice(0, 10)}\n`,
  );

  const startUp = {
    'kubectl-podcidr version': ['kubectl-podcidr', 'version'],
    'kubectl podcidr version': ['kubectl', 'podcidr', 'version'],
  };
  table(
    'Start-up',
    await stopwatch.compare({ ...startUp, 'kubectl version --client': ['kubectl', 'version', '--client'] }, rounds),
  );

  const jsonpath = '-o=jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.spec.podCIDR}{"\\n"}{end}';
  table(
    `The subnet of ${nodes.length} nodes`,
    await stopwatch.compare(
      {
        'kubectl podcidr list': ['kubectl', 'podcidr', 'list'],
        'kubectl get nodes -o jsonpath': ['kubectl', 'get', 'nodes', jsonpath],
      },
      rounds,
    ),
  );

  const manual = join(work, 'node.json');
  const absences = [
    await measureAbsence(api, 'kubectl podcidr reassign', nodes.slice(0, moves), (node) =>
      stopwatch.once(['kubectl', 'podcidr', 'reassign', node, '--yes']),
    ),
    await measureAbsence(api, 'kubectl delete && kubectl apply', nodes.slice(moves, 2 * moves), async (node) => {
      // From the other end of the cluster CIDR than the controller manager's next ones.
      await writeManualNode(api, node, `10.250.${nodes.indexOf(node)}.0/24`, manual);
      await stopwatch.once(['sh', '-c', 'kubectl delete -f "$0" && kubectl apply -f "$0"', manual]);
    }),
  ];
  const rows = absences.map((it) => [
    it.name,
    milliseconds(it.median),
    milliseconds(it.longest),
    times(it.median, absences[0]?.median),
  ]);
  console.log(
    `The Node's absence as a watch sees it, ${moves} moves each\n${columns([['', 'median', 'longest', 'time'], ...rows])}`,
  );
} finally {
  await stop();
}
