import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { node, standing } from '../../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { comparable, createOwned, createTwins, getNode, NO_RESTART, OWNED } from '../reassign/support.ts';

let plane: ControlPlane;
let proxy: FaultProxy;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  proxy = await startFaultProxy(plane);
});
test.after.always(async () => {
  await proxy?.close();
  await plane?.stop();
});
test.beforeEach(async () => {
  proxy.decide(() => ({ kind: 'pass' }));
  await plane.clear();
  await createTwins(plane, 'keeps', 'moves');
});

const isDelete = ({ method, path }: SeenRequest) => method === 'DELETE' && path.startsWith('/api/v1/nodes/moves');
const isPost = ({ method, path }: SeenRequest) => method === 'POST' && path.startsWith('/api/v1/nodes?');

/** Without the restart of the old allocator, which takes 12 s. */
const unattended = (args: string[]) => [...args, '--yes', ...(args[0] === 'reassign' ? [NO_RESTART] : [])];

/** A machine that knows nothing of earlier runs. */
const elsewhere = () => mkdtempSync(join(plane.dir, 'elsewhere-'));

const run = (args: string[], stateDir = elsewhere()) =>
  runPodcidr([...unattended(args), '--state-dir', stateDir], { kubeconfig: plane.kubeconfig });

const validate = () => runPodcidr(['validate', '--only=OperationInterrupted'], { kubeconfig: plane.kubeconfig });

/** Runs it through the proxy and kills it at the first request that fits: before, or after the server acted. */
async function killed(
  args: string[],
  fits: (request: SeenRequest) => boolean,
  when: 'before' | 'after',
  stateDir = elsewhere(),
): Promise<ProgramResult> {
  let child: import('node:child_process').ChildProcess | undefined;
  let done = false;
  const kill = () => void child?.kill('SIGKILL');
  proxy.decide((request): Fault => {
    if (done || !fits(request)) return { kind: 'pass' };
    done = true;
    if (when === 'after') return { kind: 'then', after: kill };
    kill();
    return { kind: 'reset' };
  });
  const ran = await runPodcidr([...unattended(args), '--state-dir', stateDir], {
    kubeconfig: proxy.kubeconfig,
    onStart: (started) => {
      child = started;
    },
  });
  proxy.decide(() => ({ kind: 'pass' }));
  return ran;
}

const operationOf = (ran: ProgramResult) =>
  JSON.parse(ran.stdout) as { id: string; state: string; moves: { node: string; step: string }[] };

for (const [name, fits, when] of [
  ['before its DELETE', isDelete, 'before'],
  ['after its DELETE', isDelete, 'after'],
  ['before its POST', isPost, 'before'],
  ['after its POST', isPost, 'after'],
] as const) {
  test.serial(`killed ${name}, the move is finished by resume on a machine that knows nothing`, async (t) => {
    const before = await getNode(plane, 'moves');
    await createOwned(plane, before);
    const first = await killed(['reassign', 'moves'], fits, when);
    t.is(first.signal, 'SIGKILL');
    // Until its lock expires it may still be at work.
    let judged = await validate();
    for (let looks = 0; judged.code !== 1 && looks < 20; looks += 1) judged = await validate();
    t.regex(judged.stdout, /OperationInterrupted.*kubectl podcidr resume \d{8}-\d{6}-\w{6}/s);
    const resumed = await run(['resume']);
    t.is(resumed.code, 0, resumed.stderr);
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.255.0/24');
    t.deepEqual(comparable(after), comparable(before));
    t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
    t.regex((await run(['resume'])).stderr, /no operation is interrupted; nothing was changed/);
  });

  test.serial(`killed ${name}, the move is taken back by rollback on a machine that knows nothing`, async (t) => {
    const before = await getNode(plane, 'moves');
    await createOwned(plane, before);
    await killed(['reassign', 'moves'], fits, when);
    const back = await run(['rollback', '--allow-conflict', '--cooldown=0s']);
    t.is(back.code, 0, back.stderr);
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.77.0/24');
    t.deepEqual(comparable(after), comparable(before));
    t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
    const listed = await runPodcidr(['operations', '-o', 'json'], { kubeconfig: plane.kubeconfig });
    const { items } = JSON.parse(listed.stdout) as { items: { state: string; verb: string }[] };
    t.deepEqual(
      items.map(({ verb, state }) => `${verb} ${state}`),
      ['reassign rolledBack', 'rollback finished'],
    );
  });
}

test.serial('the copy on disk alone is enough to resume', async (t) => {
  const here = elsewhere();
  await killed(['reassign', 'moves'], isPost, 'before', here);
  await plane.api.delete('/api/v1/namespaces/kube-system/configmaps?labelSelector=kubectl-podcidr/operation');
  const resumed = await run(['resume'], here);
  t.is(resumed.code, 0, resumed.stderr);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
});

test.serial('a finished operation is rolled back: the node has its former subnet again', async (t) => {
  const before = await getNode(plane, 'keeps');
  const moved = await run(['reassign', 'keeps', '-o', 'json']);
  t.is(moved.code, 0, moved.stderr);
  await plane.api.delete('/api/v1/nodes/moves');
  const { id } = operationOf(moved);
  const back = await run(['rollback', id]);
  t.is(back.code, 0, back.stderr);
  const after = await getNode(plane, 'keeps');
  t.is(after.spec?.podCIDR, '10.244.77.0/24');
  t.deepEqual(comparable(after), comparable(before));
  t.regex((await run(['rollback', id])).stderr, /is rolled back; nothing was changed/);
});

test.serial('a rollback that would restore a conflict is refused until it is allowed', async (t) => {
  const moved = await run(['reassign', 'moves', '-o', 'json']);
  const refused = await run(['rollback', operationOf(moved).id]);
  t.is(refused.code, 2);
  t.regex(
    refused.stderr,
    /cannot have its former subnet back: 10\.244\.77\.0\/24 is held by node keeps.*--allow-conflict/s,
  );
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
});

test.serial('a rollback that is killed is itself resumed', async (t) => {
  const moved = await run(['reassign', 'moves', '-o', 'json']);
  const { id } = operationOf(moved);
  const cut = await killed(['rollback', id, '--allow-conflict'], isPost, 'before');
  t.is(cut.signal, 'SIGKILL');
  const resumed = await run(['resume']);
  t.is(resumed.code, 0, resumed.stderr);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');
  const listed = await runPodcidr(['operations', id, '-o', 'json'], { kubeconfig: plane.kubeconfig });
  t.is(operationOf(listed).state, 'rolledBack');
});

test.serial('a subnet that a newcomer takes while the Node is absent is not given out twice', async (t) => {
  await killed(['reassign', 'moves'], isPost, 'before');
  await plane.api.post('/api/v1/nodes', node('newcomer', { podCIDRs: ['10.244.255.0/24'] }));
  const resumed = await run(['resume']);
  t.is(resumed.code, 0, resumed.stderr);
  t.regex(resumed.stderr, /10\.244\.255\.0\/24 was taken by another node meanwhile/);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.254.0/24');
});

test.serial(
  'a subnet that was asked for and is taken meanwhile is not forced: the Node comes back with its former one',
  async (t) => {
    await killed(['reassign', 'moves=10.244.9.0/24'], isPost, 'before');
    await plane.api.post('/api/v1/nodes', node('newcomer', { podCIDRs: ['10.244.9.0/24'] }));
    const resumed = await run(['resume']);
    t.is(resumed.code, 3, resumed.stderr);
    t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');
  },
);

test.serial('nodes that were not begun are moved by resume', async (t) => {
  await plane.api.post('/api/v1/nodes', node('third', { podCIDRs: ['10.244.77.0/24'] }));
  await killed(['reassign', 'moves', 'third'], isPost, 'before');
  const resumed = await run(['resume']);
  t.is(resumed.code, 0, resumed.stderr);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
  t.is((await getNode(plane, 'third')).spec?.podCIDR, '10.244.254.0/24');
});

test.serial('a second operator is told who works, since when and from which host, and changes nothing', async (t) => {
  let second: ProgramResult | undefined;
  proxy.decide((request) =>
    isDelete(request)
      ? {
          kind: 'then',
          before: async () => {
            second = await run(['reassign', 'keeps']);
          },
        }
      : { kind: 'pass' },
  );
  const first = await runPodcidr(['reassign', 'moves', '--yes', '--state-dir', elsewhere()], {
    kubeconfig: proxy.kubeconfig,
    // It waits for its answer for as long as the second one takes, on any machine.
    env: { PODCIDR_TEST_ANSWER: '30000' },
  });
  t.is(first.code, 0, first.stderr);
  t.is(second?.code, 2);
  t.regex(second?.stderr ?? '', /\w+@\S+ changes this cluster with operation \d{8}-\d{6}-\w{6} since \d{4}-\d\d-\d\dT/);
  t.is((await getNode(plane, 'keeps')).spec?.podCIDR, '10.244.77.0/24');
});

test.serial('an edited journal is refused, and nothing is changed', async (t) => {
  await killed(['reassign', 'moves'], isDelete, 'before');
  const [map] = await plane.api.list(
    '/api/v1/namespaces/kube-system/configmaps?labelSelector=kubectl-podcidr/operation,!kubectl-podcidr/state',
  );
  const path = `/api/v1/namespaces/kube-system/configmaps/${map?.metadata.name}`;
  await plane.api.patch(path, { metadata: { annotations: { 'kubectl-podcidr/sha256': '0'.repeat(64) } } });
  const before = await getNode(plane, 'moves');
  const refused = await run(['resume']);
  t.is(refused.code, 2, refused.stderr);
  t.regex(refused.stderr, /it was edited or cut.*cannot be used: node moves/s);
  t.deepEqual(standing(await getNode(plane, 'moves')), standing(before));
});

test.serial('an unknown operation is told with the nearest one', async (t) => {
  const refused = await run(['resume', '20261121-034501-1f2e3d']);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /there is no operation "20261121-034501-1f2e3d"/);
});
