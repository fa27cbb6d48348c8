import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node } from '../../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { createTwins, getNode, NO_RESTART } from '../reassign/support.ts';

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
  proxy.seen.length = 0;
  await plane.clear();
  await createTwins(plane, 'keeps', 'moves');
});

const isEvent = ({ method, path }: SeenRequest) => method === 'POST' && path.includes('/events');

const run = (...args: string[]) => runPodcidr([...args, '--yes'], { kubeconfig: proxy.kubeconfig });

const operationOf = ({ stdout }: ProgramResult) => (JSON.parse(stdout) as { id: string }).id;

interface ShownEvent {
  type: string;
  message: string;
  source: { component: string };
  reportingComponent: string;
  involvedObject: { kind: string; name: string; uid: string };
}

/** What kubectl finds of a Node's moves, the oldest first. */
async function eventsOf(name: string): Promise<ShownEvent[]> {
  const selector = `reason=PodCIDRReassigned,involvedObject.kind=Node,involvedObject.name=${name}`;
  const { stdout } = await plane.kubectl(['get', 'events', '-A', '--field-selector', selector, '-o', 'json']);
  return (JSON.parse(stdout) as { items: ShownEvent[] }).items;
}

/** Runs it, and returns what the Event of this operation says, with the operator and the operation left out. */
async function told(t: ExecutionContext, name: string, args: string[]): Promise<string> {
  const ran = await run(...args, '-o', 'json');
  t.is(ran.code, 0, ran.stderr);
  const id = operationOf(ran);
  const own = (await eventsOf(name)).filter(({ message }) => message.includes(`(operation ${id}`));
  t.is(own.length, 1, JSON.stringify(own));
  const message = own[0]?.message ?? '';
  t.regex(message, / by \S+@\S+ \(operation /);
  return message.replace(/ by \S+ \(operation \d{8}-\d{6}-\w{6}/, ' by USER (operation ID');
}

test.serial('kubectl describe node and kubectl get events tell who gave a node another subnet', async (t) => {
  const ran = await run('reassign', NO_RESTART, 'moves', '-o', 'json');
  t.is(ran.code, 0, ran.stderr);
  const described = await plane.kubectl(['describe', 'node', 'moves']);
  t.regex(
    described.stdout,
    new RegExp(
      `Normal +PodCIDRReassigned +\\S+ +kubectl-podcidr +pod CIDR changed from 10\\.244\\.77\\.0/24 to 10\\.244\\.255\\.0/24 by \\S+@\\S+ \\(operation ${operationOf(ran)}\\)`,
    ),
  );
  const [event, ...more] = await eventsOf('moves');
  t.deepEqual(more, []);
  t.is(event?.type, 'Normal');
  t.is(event?.source.component, 'kubectl-podcidr');
  t.is(event?.reportingComponent, 'kubectl-podcidr');
  const { kind, name, uid } = event?.involvedObject ?? {};
  t.deepEqual({ kind, name, uid }, { kind: 'Node', name: 'moves', uid: 'moves' });
  t.deepEqual(await eventsOf('keeps'), [], 'nothing has happened to the other one');
});

test.serial('reset, rollback and restore tell in words of their own', async (t) => {
  const reset = await told(t, 'moves', ['reset', NO_RESTART, 'moves']);
  t.regex(
    reset,
    /^Node created again without a pod CIDR; pod CIDR changed from 10\.244\.77\.0\/24 to 10\.244\.\d+\.0\/24 by USER \(operation ID\)$/,
  );
  const [, given = ''] = / to (\S+) by /.exec(reset) ?? [];
  const { items } = JSON.parse(
    (await runPodcidr(['operations', '-o', 'json'], { kubeconfig: plane.kubeconfig })).stdout,
  ) as { items: { id: string }[] };
  const id = items.at(-1)?.id ?? '';
  t.is(
    await told(t, 'moves', ['rollback', id, '--allow-conflict', '--cooldown=0s']),
    `pod CIDR changed back from ${given} to 10.244.77.0/24 by USER (operation ID, which rolls back ${id})`,
  );
  const backup = join(mkdtempSync(join(plane.dir, 'backup-')), 'node.json');
  writeFileSync(backup, JSON.stringify(await getNode(plane, 'moves')));
  await plane.api.delete('/api/v1/nodes/moves');
  await plane.api.delete('/api/v1/nodes/keeps');
  t.is(
    await told(t, 'moves', ['restore', NO_RESTART, '-f', backup]),
    'Node created again from a backup, pod CIDR 10.244.77.0/24, by USER (operation ID)',
  );
});

test.serial('nothing is told of a node that was not moved', async (t) => {
  proxy.decide(({ method, path }) =>
    method === 'DELETE' && path.startsWith('/api/v1/nodes/moves')
      ? answer(403, 'Forbidden', 'injected')
      : { kind: 'pass' },
  );
  const earlier = (await eventsOf('moves')).length;
  const ran = await run('reassign', NO_RESTART, 'moves');
  t.is(ran.code, 3, ran.stderr);
  t.false(proxy.seen.some(isEvent));
  t.is((await eventsOf('moves')).length, earlier);
});

function answer(status: number, reason: string, message: string): Fault {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, reason, message };
  return { kind: 'answer', status, body };
}

test.serial('Events that cannot be written change nothing: one line tells of all of them', async (t) => {
  proxy.decide((request) => (isEvent(request) ? answer(500, 'InternalError', 'injected') : { kind: 'pass' }));
  const ran = await run('reassign', NO_RESTART, 'moves', 'keeps');
  t.is(ran.code, 0, ran.stderr);
  t.is(proxy.seen.filter(isEvent).length, 2);
  t.deepEqual(ran.stderr.match(/^.*Event.*$/gm), ['Warning: no Event tells of 2 nodes: injected']);
});

test.serial('who may not write Events hears nothing more of it than with the plan', async (t) => {
  proxy.decide((request) => (isEvent(request) ? answer(403, 'Forbidden', 'injected') : { kind: 'pass' }));
  const ran = await run('reassign', NO_RESTART, 'moves');
  t.is(ran.code, 0, ran.stderr);
  t.true(proxy.seen.some(isEvent));
  t.notRegex(ran.stderr, /Event/);
});

test.serial('no node waits for the Event of another one, and the end does not either', async (t) => {
  await createNodes(plane.api, [node('third', { podCIDRs: ['10.244.77.0/24'] })]);
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  proxy.decide((request) => (isEvent(request) ? { kind: 'then', before: () => ended } : { kind: 'pass' }));
  const ran = await run('reassign', NO_RESTART, 'moves', 'third');
  end();
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stdout, /node\/moves reassigned .*\nnode\/third reassigned /);
  t.regex(ran.stderr, /^Warning: no Event tells of 2 nodes: .*(in time|within 2s)$/m);
  t.regex(ran.stderr, /^Verified: /m);
});
