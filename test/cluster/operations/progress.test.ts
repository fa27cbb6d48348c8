import type { ChildProcess } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node, standing } from '../../harness/node.ts';
import { type ProgramOptions, type ProgramResult, runPodcidr } from '../../harness/program.ts';
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

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const LOCK = `${LEASES}/kubectl-podcidr`;

type Fits = (request: SeenRequest) => boolean;

const isPatch: Fits = ({ method, path }) => method === 'PATCH' && path.startsWith('/api/v1/nodes/moves');
const isDelete: Fits = ({ method, path }) => method === 'DELETE' && path.startsWith('/api/v1/nodes/moves');
const isPost: Fits = ({ method, path }) => method === 'POST' && path.startsWith('/api/v1/nodes?');
const isAdoption: Fits = ({ method, path, body }) =>
  method === 'PATCH' && path.startsWith(OWNED) && body.includes('"add"');

/** The first request that fits, and from then on everything, waits until `deed` is done. */
function at(fits: Fits, deed: () => Promise<void>): void {
  let done = false;
  proxy.decide((request) => {
    if (done || !fits(request)) return { kind: 'pass' };
    done = true;
    return { kind: 'then', before: deed };
  });
}

/** The first request that fits is never answered, nor delivered; `deed` is done when it comes. Runs until `run` has ended. */
async function unanswered(
  fits: Fits,
  deed: () => Promise<void>,
  run: () => Promise<ProgramResult>,
): Promise<ProgramResult> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  at(fits, async () => {
    await deed();
    await ended;
    throw new Error('it is never delivered');
  });
  const ran = await run();
  end();
  return ran;
}

/** What a terminal shows in the end: a line that was drawn over is gone. */
function screen(written: string): string[] {
  return written.split(/\r?\n/).map((line) => line.split('\r\u001b[K').at(-1) ?? '');
}

/** Without a restart of kube-controller-manager's leader: one that is due is left to a later run after a signal. */
const reassign = (onStart: (child: ChildProcess) => void, ...args: string[]) =>
  runPodcidr(['reassign', 'moves', '--yes', ...(args.length > 0 ? args : [NO_RESTART])], {
    kubeconfig: proxy.kubeconfig,
    onStart,
  });

const onTerminal = (args: string[], options: ProgramOptions = {}) =>
  runPodcidr(['reassign', ...args, '--yes', NO_RESTART], { kubeconfig: proxy.kubeconfig, tty: true, ...options });

/** Longer than the line takes to be drawn again. */
const MOMENT_MS = 700;
const moment = (ms = MOMENT_MS) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test.serial(
  'on a terminal the node in hand is shown with its step, and nothing of that is left in the end',
  async (t) => {
    at(isPatch, () => moment());
    const ran = await onTerminal(['moves']);
    t.is(ran.code, 0, ran.stdout);
    t.true(ran.stdout.includes('\r\u001b[Knode/moves: cordoning 0s'), JSON.stringify(ran.stdout));
    const lines = screen(ran.stdout);
    t.true(lines.includes('node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)'), ran.stdout);
    t.true(lines.includes('node/moves cordoned'));
    t.is(lines.at(-1), '', 'the prompt has a line of its own');
    t.deepEqual(
      lines.filter((line) => /: [a-z ]+ \d+s$/.test(line)),
      [],
    );
  },
);

test.serial('on a terminal more than three nodes are shown as a bar', async (t) => {
  const twins = ['a', 'b', 'c'].map((name) => node(name, { podCIDRs: ['10.244.77.0/24'] }));
  await createNodes(plane.api, twins);
  at(
    ({ method, path }) => method === 'DELETE' && path.startsWith('/api/v1/nodes/b'),
    async () => undefined,
  );
  const ran = await onTerminal(['a', 'b', 'c', 'moves', '--drain=false']);
  t.is(ran.code, 0, ran.stdout);
  t.true(ran.stdout.includes('[..........] 0/4 a: detaching what it owns 0s'), JSON.stringify(ran.stdout));
  t.true(ran.stdout.includes('[##........] 1/4 b: finishing 0s'));
  t.true(ran.stdout.includes('[#######...] 3/4 moves: finishing 0s'));
});

test.serial('nothing is drawn while a Node is absent', async (t) => {
  at(isPost, () => moment(2 * MOMENT_MS));
  const ran = await onTerminal(['moves']);
  t.is(ran.code, 0, ran.stdout);
  t.false(ran.stdout.includes('changing its subnet 1s'));
  t.true(ran.stdout.includes('node/moves: changing its subnet 0s'), JSON.stringify(ran.stdout));
});

test.serial('without a terminal, and on one that cannot erase, there are plain lines alone', async (t) => {
  at(isPatch, () => moment());
  const piped = await runPodcidr(['reassign', 'moves', '--yes', NO_RESTART], { kubeconfig: proxy.kubeconfig });
  t.is(piped.code, 0, piped.stderr);
  t.is(piped.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)\n');
  t.false(/[^\n\x20-\x7e→]|cordoning/.test(piped.stderr), piped.stderr);
  at(
    ({ method, path }) => method === 'PATCH' && path.startsWith('/api/v1/nodes/keeps'),
    () => moment(),
  );
  const dumb = await onTerminal(['keeps'], { env: { TERM: 'dumb' } });
  t.is(dumb.code, 0, dumb.stdout);
  t.false(dumb.stdout.includes('\u001b') || dumb.stdout.includes('cordoning'), dumb.stdout);
});

/** A run that gets signals, and shows what it says. */
class Watched {
  child: ChildProcess | undefined;
  said = '';
  #hear = () => {};

  start = (child: ChildProcess): void => {
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: string) => {
        this.said += chunk;
        this.#hear();
      });
    }
  };

  /** Resolves once it has said so. */
  says(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#hear = () => {
        if (this.said.includes(text)) resolve();
      };
      this.#hear();
    });
  }

  /** Asks twice, the second time once the first was heard. */
  async insist(ask: () => void = () => void this.child?.kill('SIGINT')): Promise<void> {
    ask();
    await this.says('SIGINT: finishing the node in hand, then stopping; again to stop at once');
    ask();
    await this.says('SIGINT: stopping ');
  }
}

const operationOf = ({ stdout, stderr }: ProgramResult) =>
  /kubectl podcidr resume (\d{8}-\d{6}-\w{6})/.exec(stdout + stderr)?.[1] ?? '';

/** Nobody has to wait for a lock that expires. */
async function isFree(): Promise<boolean> {
  return !(await plane.api.get(LOCK)).spec?.holderIdentity;
}

async function resumed(t: ExecutionContext, ran: ProgramResult): Promise<void> {
  proxy.decide(() => ({ kind: 'pass' }));
  const again = await runPodcidr(['resume', operationOf(ran), '--yes'], { kubeconfig: plane.kubeconfig });
  t.is(again.code, 0, again.stderr);
  t.notRegex(again.stderr, /Waiting until the lock/);
}

/** Moved, and the same otherwise; kube-controller-manager takes the taint of a cordoned Node off a moment later. */
async function isAsBefore(t: ExecutionContext, before: KubeObject): Promise<KubeObject> {
  let after = await getNode(plane, 'moves');
  await until(async () => {
    after = await getNode(plane, 'moves');
    return isDeepStrictEqual(comparable(after), comparable(before));
  }, 10_000);
  t.is(after.spec?.podCIDR, '10.244.255.0/24');
  t.deepEqual(comparable(after), comparable(before));
  return after;
}

for (const [name, fits] of [
  ['while the Node is cordoned', isPatch],
  [
    'while its backup is stored',
    ({ method, path, body }: SeenRequest) =>
      method === 'PUT' && path.includes('/configmaps/') && body.includes('"kubectl-podcidr/step":"swapping"'),
  ],
  ['once the Node is back', isAdoption],
] as const) {
  test.serial(`Ctrl-C twice ${name} leaves at once, even if the server never answers; resume goes on`, async (t) => {
    const before = await getNode(plane, 'moves');
    await createOwned(plane, before);
    const run = new Watched();
    const ran = await unanswered(
      fits,
      () => run.insist(),
      () => reassign(run.start),
    );
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /^SIGINT: stopping now$/m);
    t.regex(ran.stderr, /^error: node moves is not finished: SIGINT: stopped at once$/m);
    t.is((await getNode(plane, 'moves')).metadata.uid === before.metadata.uid, fits !== isAdoption);
    t.true(await isFree());
    await resumed(t, ran);
    const after = await isAsBefore(t, before);
    t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  });
}

for (const [name, fits] of [
  ['at the DELETE', isDelete],
  ['between DELETE and POST', isPost],
] as const) {
  test.serial(`Ctrl-C twice ${name} leaves once the Node is back and journaled, and not before`, async (t) => {
    const before = await getNode(plane, 'moves');
    await createOwned(plane, before);
    const run = new Watched();
    at(fits, () => run.insist());
    const ran = await reassign(run.start);
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /^SIGINT: stopping as soon as no Node is absent$/m);
    t.regex(ran.stderr, /the Node is there; finish it with: kubectl podcidr resume \d{8}-/);
    const back = await getNode(plane, 'moves');
    t.is(back.spec?.podCIDR, '10.244.255.0/24');
    t.is((await plane.api.get(OWNED)).metadata.ownerReferences, undefined, 'nothing more was done');
    const listed = await runPodcidr(['operations', operationOf(ran), '-o', 'json'], { kubeconfig: plane.kubeconfig });
    t.regex(listed.stdout, /"step": "posted"/);
    t.true(await isFree());
    await resumed(t, ran);
    const after = await isAsBefore(t, before);
    t.is(after.metadata.uid, back.metadata.uid);
    t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  });
}

test.serial('Ctrl-C typed twice on a terminal leaves at once; its words stand above the line', async (t) => {
  const run = new Watched();
  at(isPatch, () => run.insist(() => void run.child?.stdin?.write('\u0003')));
  const ran = await onTerminal(['moves'], { typed: true, onStart: run.start });
  t.is(ran.code, 3, ran.stdout);
  const lines = screen(ran.stdout);
  t.true(lines.includes('SIGINT: finishing the node in hand, then stopping; again to stop at once'), ran.stdout);
  t.true(lines.includes('SIGINT: stopping now'), ran.stdout);
  await resumed(t, ran);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
});

test.serial('Ctrl-C once on a terminal finishes the node in hand and begins no other', async (t) => {
  const run = new Watched();
  at(isDelete, async () => {
    run.child?.stdin?.write('\u0003');
    await run.says('again to stop at once');
  });
  const ran = await onTerminal(['moves', 'keeps'], { typed: true, onStart: run.start });
  t.is(ran.code, 3, ran.stdout);
  t.true(screen(ran.stdout).includes('node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)'), ran.stdout);
  t.regex(ran.stdout, /Not begun: keeps\./);
  t.is((await getNode(plane, 'keeps')).spec?.podCIDR, '10.244.77.0/24');
});

test.serial('a terminal that goes says so more than once: the node in hand is finished all the same', async (t) => {
  const before = await getNode(plane, 'moves');
  const run = new Watched();
  at(isDelete, async () => {
    run.child?.kill('SIGHUP');
    await run.says('SIGHUP: finishing the node in hand, then stopping\n');
    run.child?.kill('SIGHUP');
  });
  const ran = await reassign(run.start);
  t.is(ran.code, 0, ran.stderr);
  await isAsBefore(t, before);
});

test.serial('Ctrl-C twice while the lock is taken changes nothing', async (t) => {
  const run = new Watched();
  const before = await getNode(plane, 'moves');
  const ran = await unanswered(
    ({ method, path }) => method !== 'GET' && path.startsWith(LEASES),
    () => run.insist(),
    () => reassign(run.start),
  );
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /error: SIGINT: stopped at once\nkubectl podcidr operations shows what is left to do\n$/);
  t.deepEqual(standing(await getNode(plane, 'moves')), standing(before));
});

test.serial('Ctrl-C twice after all moves leaves what is due for the allocator to a resume', async (t) => {
  const run = new Watched();
  let isBack = false;
  const ran = await unanswered(
    (request) => {
      isBack ||= isPost(request);
      return isBack && request.path.startsWith(`${LEASES}/kube-controller-manager`);
    },
    () => run.insist(),
    () => reassign(run.start, '--allocator-restart=auto'),
  );
  t.is(ran.code, 3, ran.stderr);
  t.is(ran.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)\n');
  t.regex(ran.stderr, /^Not verified: it was stopped at once\.$/m);
  t.notRegex(ran.stderr, /^(Verified|Warning: the journal)/m);
  t.true(await isFree());
  const listed = await operations();
  t.regex(listed.stdout, new RegExp(`"id": "${operationOf(ran)}",[^{]*"state": "interrupted"`));
  await resumed(t, ran);
});

test.serial('Ctrl-C twice before a rollback has touched a Node names the command that goes on', async (t) => {
  const done = await runPodcidr(['reassign', 'moves', '--yes', NO_RESTART], { kubeconfig: plane.kubeconfig });
  t.is(done.code, 0, done.stderr);
  const { items } = JSON.parse((await operations()).stdout) as { items: { id: string }[] };
  // The disk knows those of the other tests, too.
  const id = items.at(-1)?.id ?? '';
  const run = new Watched();
  const ran = await unanswered(
    ({ method, path }) => method === 'PUT' && path.includes('/configmaps/'),
    () => run.insist(),
    () =>
      runPodcidr(['rollback', id, '--yes', '--allow-conflict', '--cooldown=0s'], {
        kubeconfig: proxy.kubeconfig,
        onStart: run.start,
      }),
  );
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /error: SIGINT: stopped at once\ngo on with: kubectl podcidr resume \d{8}-\d{6}-\w{6}\n$/);
  t.not(operationOf(ran), id);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
  t.true(await isFree());
  await resumed(t, ran);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');
});

const operations = () => runPodcidr(['operations', '-o', 'json'], { kubeconfig: plane.kubeconfig });
