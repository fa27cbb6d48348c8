import { assets } from '../../components/assets.ts';
import { componentFolder } from '../../components/build.ts';
import type { ComponentName } from '../../components/catalogue.ts';
import { debianEtcd } from '../../components/debian-etcd.ts';
import { labObstacle } from '../../lab.d/possible.ts';
import { duration, say } from '../progress.ts';
import { testBundles } from './bundles.ts';
import { collect } from './children.ts';
import type { Counts } from './tap.ts';
import { runEach, runTogether, type Timing } from './test-files.ts';

export type StageName = 'check' | 'unit' | 'cluster' | 'lab' | 'safety' | 'binary';

export interface Stage {
  name: StageName;
  /** For messages, for example "cluster 1.36". */
  title: string;
  /** Built before it begins. */
  components: ComponentName[];
  run(): Promise<Counts & { timings?: Timing[] }>;
}

const VERSIONS = ['1.36', '1.24'];

/** One command that is right or wrong; what it says is shown when it is wrong. */
async function runCommand(name: string, file: string, args: string[]): Promise<Counts> {
  const started = performance.now();
  const { code, all } = await collect(file, args);
  say(`${name}: ${code === 0 ? 'passed' : 'failed'}, ${duration(performance.now() - started)}`);
  if (code !== 0) say(all.replace(/^/gm, '    '));
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runBinary(): Promise<Counts & { timings?: Timing[] }> {
  const build = await runCommand('npm run build', 'npm', ['run', '--silent', 'build']);
  if (build.failed > 0) return build;
  const tests = await runEach('binary', {}, '');
  return { ...tests, passed: tests.passed + build.passed };
}

/** What does not hang on the version of Kubernetes: on the older one it is left out, unless that version is asked for by name. */
const NEWEST_ONLY = [
  /\/(busy|connection|cooldown|dump|exit-codes|forbidden|inspect|lookup|outputs|progress)\b/,
  /\/(remedies|validate-flannel-etcd|walkthrough)\b/,
];

/** What needs an etcd that has the v2 API still. */
const ETCD_V2 = /\/validate-flannel-etcd-v2\b/;

/** Without what this machine lacks a program for, and says why. */
async function withoutMissing(leaveOut: RegExp[]): Promise<RegExp[]> {
  if (leaveOut.length > 0) return leaveOut;
  const etcd = await debianEtcd();
  if ('binary' in etcd) return [];
  say(`test/cluster/validate-flannel-etcd-v2.test.ts: skipped: ${etcd.obstacle}`);
  return [ETCD_V2];
}

/** The files of a folder, each with a control plane of this version. */
function planeStage(name: 'cluster' | 'safety', version: string, leaveOut: RegExp[]): Stage {
  return {
    name,
    title: `${name} ${version}`,
    components: ['etcd', `kubernetes-${version}` as ComponentName, 'kwok'],
    run: async () => {
      const without = name === 'cluster' ? await withoutMissing(leaveOut) : leaveOut;
      const env = { KUBERNETES: version, PODCIDR_BUNDLES: await testBundles() };
      return runEach(name, env, ` on ${version}`, { leaveOut: without });
    },
  };
}

/** The tests with real nodes. */
async function runLab(): Promise<Counts & { timings?: Timing[] }> {
  const obstacle = await labObstacle();
  if (obstacle === undefined) {
    return runEach('lab', { KUBERNETES: '1.36', PODCIDR_BUNDLES: await testBundles() }, '');
  }
  say(`lab: skipped: ${obstacle}`);
  return { passed: 0, failed: 0 };
}

/** Its nodes are of 1.36: it comes right after the tests of that version. */
const LAB: Stage = {
  name: 'lab',
  title: 'lab',
  components: [
    'etcd',
    'kubernetes-1.36',
    'flannel-cni',
    'kubelet-1.36',
    'flannel-0.28',
    'flannel-0.25',
    'kubelet-1.34',
  ],
  run: runLab,
};

/** What the arguments ask for, in the order in which it is run. */
export function chooseStages(names: StageName[], versions: string[]): Stage[] {
  const wanted = versions.length > 0 ? versions : VERSIONS;
  const [newest] = VERSIONS;
  const leaveOut = (version: string) => (versions.length > 0 || version === newest ? [] : NEWEST_ONLY);
  const all: Stage[] = [
    {
      name: 'check',
      title: 'check',
      components: [],
      run: () => runCommand('npm run check', 'npm', ['run', '--silent', 'check']),
    },
    { name: 'unit', title: 'unit', components: [], run: () => runTogether('unit') },
    ...wanted.flatMap((version) => [
      planeStage('cluster', version, leaveOut(version)),
      ...(version === '1.36' ? [LAB] : []),
    ]),
    ...wanted.map((version) => planeStage('safety', version, [])),
    { name: 'binary', title: 'binary', components: ['kubernetes-1.36', 'krew'], run: runBinary },
  ];
  return names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
}

/** Begins to build, one after another, what the stages need; each stage waits for its own. */
export async function beginBuilds(asked: Stage[]): Promise<Map<ComponentName, Promise<unknown>>> {
  const ready = await assets();
  // Where no lab can run its kubelets and flannels are not built: its stage says why.
  const noLab = asked.includes(LAB) && (await labObstacle()) !== undefined;
  const stages = asked.filter((stage) => stage !== LAB || !noLab);
  const given = ready ? ['etcd', `kubernetes-${ready.minor}`] : [];
  const builds = new Map<ComponentName, Promise<unknown>>();
  let last: Promise<unknown> = Promise.resolve();
  for (const name of stages.flatMap(({ components }) => components)) {
    if (builds.has(name) || given.includes(name)) continue;
    last = last.catch(() => undefined).then(() => componentFolder(name));
    // Whoever waits for it hears of a failure; until then it is nobody's unhandled rejection.
    last.catch(() => undefined);
    builds.set(name, last);
  }
  return builds;
}
