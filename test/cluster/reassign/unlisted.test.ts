import test, { type ExecutionContext } from 'ava';
import { type Fault, refusal, type SeenRequest } from '../../harness/fault-proxy.ts';
import type { ProgramResult } from '../../harness/program.ts';
import { type Stage, startStage } from '../operations/support.ts';
import { createOwned, getNode, NO_RESTART, OWNED } from './support.ts';

const FORMER = '10.244.77.0/24';
const NEW = '10.244.255.0/24';

let stage: Stage;
test.before(async () => {
  stage = await startStage();
});
test.after.always(() => stage?.stop());
test.beforeEach(async () => {
  await stage.clear();
  await createOwned(stage.plane, await stage.create('moves', [FORMER]));
});

const lists = (path: string) => (request: SeenRequest) =>
  request.method === 'GET' && request.path.startsWith(`${path}?`) && request.path.includes('limit=');
const listsConfigMaps = lists('/api/v1/configmaps');
const tellsKinds = ({ method, path }: SeenRequest) => method === 'GET' && path === '/api/v1';

/** The lock is ours, and the preflight over. */
const isLocking = ({ method, path }: SeenRequest) => method !== 'GET' && path.includes('/leases');
/** The last write before the detach. */
const isCordoning = ({ method, path }: SeenRequest) => method === 'PATCH' && path.startsWith('/api/v1/nodes/moves');

/** From the first request on that `begins`, the first `count` that fit meet the fault. Returns how many have. */
function faultAfter(
  begins: (request: SeenRequest) => boolean,
  fits: (request: SeenRequest) => boolean,
  { fault, count }: { fault: Fault; count: number },
): () => number {
  let begun = false;
  let met = 0;
  stage.proxy.decide((request) => {
    if (begins(request)) begun = true;
    if (!begun || met === count || !fits(request)) return { kind: 'pass' };
    met += 1;
    return fault;
  });
  return () => met;
}

const reassign = (...args: string[]) => stage.run(['reassign', 'moves', NO_RESTART, ...args]);

async function isMovedWhole(t: ExecutionContext, ran: ProgramResult): Promise<void> {
  t.is(ran.code, 0, ran.stderr);
  const after = await getNode(stage.plane, 'moves');
  t.is(after.spec?.podCIDR, NEW);
  t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
}

const PASSING: [name: string, fault: Fault, count: number][] = [
  ['is answered 503 once', refusal(503), 1],
  ['is answered 429 once', refusal(429, '', { 'retry-after': '1' }), 1],
  ['is answered 500 once', refusal(500), 1],
  ['is answered 410 once', refusal(410), 1],
  // One on a connection that was kept open is nothing to the transport.
  ['meets broken connections', { kind: 'reset' }, 3],
];

for (const [name, fault, count] of PASSING) {
  for (const flags of [[], ['--ignore-unlisted']]) {
    const how = ['reassign', ...flags].join(' ');
    test.serial(`${how}: a list that ${name} at the detach stops nothing, and nothing is lost`, async (t) => {
      const met = faultAfter(isCordoning, listsConfigMaps, { fault, count });
      await isMovedWhole(t, await reassign(...flags));
      t.is(met(), count);
    });
  }
}

test.serial('kinds that are not told once when the operation begins are searched all the same', async (t) => {
  const met = faultAfter(isLocking, tellsKinds, { fault: refusal(503), count: 1 });
  await isMovedWhole(t, await reassign('--ignore-unlisted'));
  t.is(met(), 1);
});

test.serial(
  '--ignore-unlisted excuses no kind that fails only at the detach: the move stops, resume ends it',
  async (t) => {
    const before = await getNode(stage.plane, 'moves');
    faultAfter(isCordoning, listsConfigMaps, { fault: refusal(503), count: Number.POSITIVE_INFINITY });
    const ran = await reassign('--ignore-unlisted');
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /^error: node moves .*what node moves owns cannot be told: v1 ConfigMap: .*injected 503$/m);
    t.is((await getNode(stage.plane, 'moves')).metadata.uid, before.metadata.uid);
    t.is((await stage.plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, before.metadata.uid);
    stage.proxy.decide(() => ({ kind: 'pass' }));
    await isMovedWhole(t, await stage.run(['resume']));
  },
);

test.serial('a kind that the operator was told of is left out, and that is said at the detach', async (t) => {
  const always = { fault: refusal(403), count: Number.POSITIVE_INFINITY };
  faultAfter(() => true, lists('/apis/apps/v1/deployments'), always);
  const left = /^Warning: not searched for what node moves owns, as asked: apps\/v1 Deployment$/m;
  const ran = await reassign('--ignore-unlisted');
  t.regex(ran.stderr, left);
  await isMovedWhole(t, ran);
});

test.serial('resume --ignore-unlisted excuses what it has told, whatever the operation was begun with', async (t) => {
  const always = { fault: refusal(403), count: Number.POSITIVE_INFINITY };
  faultAfter(isCordoning, lists('/apis/apps/v1/deployments'), always);
  const ran = await reassign();
  t.is(ran.code, 3, ran.stderr);
  faultAfter(() => true, lists('/apis/apps/v1/deployments'), always);
  const resumed = await stage.run(['resume', '--ignore-unlisted']);
  t.regex(resumed.stderr, /^Warning: not searched for what the Nodes own, as asked: apps\/v1 Deployment: .*403$/m);
  t.regex(resumed.stderr, /^Warning: not searched for what node moves owns, as asked: apps\/v1 Deployment$/m);
  await isMovedWhole(t, resumed);
});
