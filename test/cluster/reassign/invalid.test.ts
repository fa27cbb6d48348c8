import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { createNodes, node, pod } from '../../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { createTwins, getNode, NO_RESTART } from './support.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(() => plane.clear());

const podcidr = (args: string[], input?: string) =>
  runPodcidr(args, { kubeconfig: plane.kubeconfig, ...(input !== undefined && { input }) });
const reassign = (...args: string[]) => podcidr(['reassign', NO_RESTART, ...args]);

async function subnets(...names: string[]): Promise<(string | undefined)[]> {
  const nodes = await Promise.all(names.map((name) => getNode(plane, name)));
  return nodes.map(({ spec }) => spec?.podCIDR);
}

async function uids(): Promise<Map<string, string | undefined>> {
  const nodes: KubeObject[] = await plane.api.list('/api/v1/nodes');
  return new Map(nodes.map(({ metadata: { name, uid } }) => [name, uid]));
}

/** One clear message, exit 2, nothing on stdout. */
function refusedClearly(t: import('ava').ExecutionContext, ran: ProgramResult, says: RegExp): void {
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
}

test.serial(
  '--invalid cures duplicates, an outsider, a wrong mask and a missing subnet: validate exits 0',
  async (t) => {
    await plane.controllerManager(['--allocate-node-cidrs=false']);
    try {
      const given = [
        node('twin-1', { podCIDRs: ['10.244.77.0/24'] }),
        node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
        node('twin-3', { podCIDRs: ['10.244.77.0/24'] }),
        node('cp', { podCIDRs: ['10.244.78.0/24'], labels: { 'node-role.kubernetes.io/control-plane': '' } }),
        node('worker', { podCIDRs: ['10.244.78.0/24'] }),
        node('outside', { podCIDRs: ['10.99.0.0/24'] }),
        node('wide', { podCIDRs: ['10.244.128.0/20'] }),
        node('inside', { podCIDRs: ['10.244.130.0/24'] }),
        node('fine', { podCIDRs: ['10.244.90.0/24'] }),
        node('empty'),
      ];
      for (const object of given) await plane.api.post('/api/v1/nodes', object);
      // A younger node may still be waiting for kube-controller-manager: it is not judged.
      await new Promise((resolve) => setTimeout(resolve, 61_000));
      const settings = [
        '--cluster-cidr=10.244.0.0/16',
        '--node-cidr-mask-size=24',
        '--service-cluster-ip-range=10.96.0.0/16',
      ];
      const before = await uids();
      const ran = await reassign('--invalid', '--yes', ...settings);
      t.is(ran.code, 0, ran.stderr);
      const after = await uids();
      const moved = [...before].filter(([name, uid]) => after.get(name) !== uid).map(([name]) => name);
      t.deepEqual(moved.sort(), ['outside', 'twin-2', 'twin-3', 'wide', 'worker']);
      t.deepEqual(await subnets('twin-1', 'cp', 'inside', 'fine'), [
        '10.244.77.0/24',
        '10.244.78.0/24',
        '10.244.130.0/24',
        '10.244.90.0/24',
      ]);
      t.deepEqual(await subnets('empty', 'outside', 'twin-2', 'twin-3', 'wide', 'worker'), [
        '10.244.255.0/24',
        '10.244.254.0/24',
        '10.244.253.0/24',
        '10.244.252.0/24',
        '10.244.251.0/24',
        '10.244.250.0/24',
      ]);
      t.regex(ran.stdout, /^node\/empty reassigned \(<none> → 10\.244\.255\.0\/24\)$/m);
      const validated = await podcidr(['validate', ...settings]);
      t.is(validated.code, 0, validated.stdout);
      t.notRegex(validated.stdout, /Subnet/);
      const again = await reassign('--invalid', ...settings, '--dry-run=client');
      t.is(again.code, 0, again.stderr);
      t.regex(again.stderr, /All nodes are valid, nothing to reassign/);
      t.is(again.stdout, '');
    } finally {
      await plane.controllerManager([]);
    }
  },
);

test.serial('of two duplicates the one with fewer pods on the pod network moves, whatever its age', async (t) => {
  await createTwins(plane, 'a', 'b');
  await plane.api.post('/api/v1/namespaces/default/pods', pod('p', 'b'));
  const ran = await reassign('--invalid', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, 'node/a reassigned (10.244.77.0/24 → 10.244.255.0/24)\n');
});

test.serial(
  'in a full pool a node takes a subnet inside its own block, and what it gives up cures the next',
  async (t) => {
    await plane.controllerManager(['--allocate-node-cidrs=false']);
    try {
      const held: [string, string][] = [
        ['wide', '10.244.64.0/23'],
        ['twin-1', '10.244.66.0/24'],
        ['twin-2', '10.244.66.0/24'],
        ['last', '10.244.67.0/24'],
      ];
      for (const [name, subnet] of held) await plane.api.post('/api/v1/nodes', node(name, { podCIDRs: [subnet] }));
      const settings = ['--cluster-cidr=10.244.64.0/22', '--node-cidr-mask-size=24'];
      const ran = await reassign('--invalid', ...held.map(([name]) => name), '--yes', ...settings);
      t.is(ran.code, 0, ran.stderr);
      t.deepEqual(ran.stdout.split('\n'), [
        'node/wide reassigned (10.244.64.0/23 → 10.244.65.0/24)',
        'node/twin-2 reassigned (10.244.66.0/24 → 10.244.64.0/24)',
        '',
      ]);
      t.deepEqual(await subnets('wide', 'twin-1', 'twin-2', 'last'), [
        '10.244.65.0/24',
        '10.244.66.0/24',
        '10.244.64.0/24',
        '10.244.67.0/24',
      ]);
    } finally {
      await plane.controllerManager([]);
    }
  },
);

test.serial('a duplicate that must not be deleted is kept and its twin moves', async (t) => {
  const podCIDRs = ['10.244.77.0/24'];
  await createNodes(plane.api, [node('free', { podCIDRs }), node('held', { podCIDRs, finalizers: ['x.example/y'] })]);
  const ran = await reassign('--invalid', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.deepEqual(await subnets('free', 'held'), ['10.244.255.0/24', '10.244.77.0/24']);
});

test.serial('two duplicates that must both not be deleted are refused: exit 1, nothing is changed', async (t) => {
  const options = { podCIDRs: ['10.244.77.0/24'], finalizers: ['x.example/y'] };
  await createNodes(plane.api, [node('a', options), node('b', options)]);
  const before = await uids();
  const ran = await reassign('--invalid', '--yes');
  t.is(ran.code, 1, ran.stderr);
  t.regex(ran.stderr, /Refused:\n {2}a: it has the finalizer.*\n {2}b: it has the finalizer/);
  t.deepEqual(await uids(), before);
});

test.serial('names, labels and --max-nodes narrow --invalid; what is left is said', async (t) => {
  const podCIDRs = ['10.244.77.0/24'];
  await createNodes(plane.api, [
    node('a', { podCIDRs }),
    node('b', { podCIDRs, labels: { zone: 'b' } }),
    node('c', { podCIDRs }),
    node('d', { podCIDRs, labels: { zone: 'b' } }),
  ]);
  const moves = async (...args: string[]) => {
    const ran = await reassign('--invalid', '--dry-run=client', '-o', 'json', ...args);
    t.is(ran.code, 0, ran.stderr);
    t.is(schemaErrors('reassign-plan', JSON.parse(ran.stdout)), '');
    return JSON.parse(ran.stdout).moves.map((move: { node: string }) => move.node);
  };
  t.deepEqual(await moves(), ['b', 'c', 'd']);
  t.deepEqual(await moves('a', 'c'), ['a', 'c']);
  t.deepEqual(await moves('-l', 'zone=b'), ['b', 'd']);
  t.deepEqual(await moves('--max-nodes=1'), ['b']);
  const ran = await reassign('--invalid', '--max-nodes=2', '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout.split('\n').length, 3);
  t.regex(ran.stderr, /--max-nodes: the first 2 of 3 nodes, 1 is left/);
  t.deepEqual(await subnets('a', 'd'), ['10.244.77.0/24', '10.244.77.0/24']);
});

for (const [what, args, says] of [
  ['a subnet', ['--invalid', 'a=10.244.9.0/24'], /"a=10\.244\.9\.0\/24" does not go with it/],
  ['--cidr', ['--invalid', 'a', '--cidr=10.244.9.0/24'], /--cidr does not go with it/],
  ['a name and a selector', ['--invalid', 'a', '-l', 'x=y'], /name cannot be provided when a selector is specified/],
  ['a selector that picks nothing', ['--invalid', '-l', 'no=such'], /no node has these labels/],
  ['an unknown node', ['--invalid', 'ghost'], /"ghost" not found/],
  ['--max-nodes=0', ['--invalid', '--max-nodes=0'], /--max-nodes "0" is not a whole number over 0/],
] as const) {
  test.serial(`--invalid with ${what} is bad input`, async (t) => {
    await createTwins(plane, 'a', 'b');
    refusedClearly(t, await reassign(...args, '--yes'), says);
  });
}

test.serial('a reviewed plan is carried out exactly, from a file in JSON or YAML', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const json = await reassign('--invalid', '--dry-run=client', '-o', 'json');
  const plan = JSON.parse(json.stdout);
  plan.moves[0].to = ['10.244.42.0/24'];
  const file = join(plane.dir, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const ran = await reassign('--plan', file, '--yes');
  t.is(ran.code, 0, ran.stderr);
  t.is(ran.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.42.0/24)\n');
  const yaml = await reassign('keeps=10.244.43.0/24', '--dry-run=client', '-o', 'yaml');
  const piped = await podcidr(['reassign', '--plan=-', NO_RESTART, '--yes'], yaml.stdout);
  t.is(piped.code, 0, piped.stderr);
  t.deepEqual(await subnets('keeps', 'moves'), ['10.244.43.0/24', '10.244.42.0/24']);
});

const SINCE: [what: string, change: () => Promise<unknown>, says: RegExp][] = [
  [
    'the node was created again',
    async () => {
      await plane.api.delete('/api/v1/nodes/moves');
      await createNodes(plane.api, [node('moves', { podCIDRs: ['10.244.77.0/24'] })]);
    },
    /node moves was deleted and created again since/,
  ],
  ['the node is gone', () => plane.api.delete('/api/v1/nodes/moves'), /node "moves" is not there any more/],
  [
    'its new subnet was taken',
    () => createNodes(plane.api, [node('newcomer', { podCIDRs: ['10.244.255.0/24'] })]),
    /node moves cannot have 10\.244\.255\.0\/24 now: 10\.244\.255\.0\/24 is held by node newcomer/,
  ],
  [
    'the node got a finalizer',
    () => plane.api.patch('/api/v1/nodes/moves', { metadata: { finalizers: ['x.example/y'] } }),
    /node moves is not moved: it has the finalizer/,
  ],
];

for (const [what, change, says] of SINCE) {
  test.serial(`a plan from before ${what} is refused with that difference, and nothing is changed`, async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    const { stdout } = await reassign('--invalid', '--dry-run=client', '-o', 'json');
    await change();
    const before = await uids();
    refusedClearly(t, await podcidr(['reassign', '--plan', '-', '--yes'], stdout), says);
    t.deepEqual(await uids(), before);
  });
}

test.serial('a plan of another cluster and one that rests on other settings are refused', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const { stdout } = await reassign('--invalid', '--dry-run=client', '-o', 'json');
  const plan = JSON.parse(stdout);
  const run = (changed: object) => podcidr(['reassign', '--plan', '-', '--yes'], JSON.stringify(changed));
  refusedClearly(t, await run({ ...plan, clusterUID: 'other' }), /was made for cluster other, this is /);
  const settings = { ...plan.settings, nodeMasks: [25] };
  refusedClearly(t, await run({ ...plan, settings }), /rests on the node mask 25, it is 24 now/);
});
