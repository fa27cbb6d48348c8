import test from 'ava';
import type { Fault, SeenRequest } from '../../harness/fault-proxy.ts';
import { node } from '../../harness/node.ts';
import { isPost, type Stage, startStage } from '../operations/support.ts';
import { comparable, createTwins, getNode, NO_RESTART } from './support.ts';

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

const BUSY: Fault = {
  kind: 'answer',
  status: 429,
  headers: { 'retry-after': '1' },
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'TooManyRequests',
    code: 429,
    message: 'the server has received too many requests',
  },
};
const patches =
  (name: string) =>
  ({ method, path }: SeenRequest) =>
    method === 'PATCH' && path.startsWith(`/api/v1/nodes/${name}`);

/** Refuses every second request that fits, the first one too; returns how many it has refused. */
function refusing(fits: (request: SeenRequest) => boolean): () => number {
  let seen = 0;
  stage.proxy.decide((request) => {
    if (!fits(request)) return { kind: 'pass' };
    seen += 1;
    return seen % 2 === 1 ? BUSY : { kind: 'pass' };
  });
  return () => Math.ceil(seen / 2);
}

test.serial('a busy server (429) ends no move at a PATCH of its Node', async (t) => {
  await createTwins(stage.plane, 'keeps', 'moves');
  const before = await getNode(stage.plane, 'moves');
  const refused = refusing(patches('moves'));
  const ran = await stage.run(['reassign', 'moves', NO_RESTART]);
  t.is(ran.code, 0, ran.stderr);
  t.true(refused() >= 2, 'cordon and uncordon at least');
  const after = await getNode(stage.plane, 'moves');
  t.is(after.spec?.podCIDR, '10.244.255.0/24');
  t.deepEqual(comparable(after), comparable(before));
});

for (const [what, fault] of [
  ['is busy', BUSY],
  ['answers 500', { ...BUSY, status: 500, headers: {}, body: {} }],
  ['loses its answer', { kind: 'reset-after' }],
] as [string, Fault][]) {
  test.serial(`a server that ${what} when a stuck not-ready taint is taken off ends no move`, async (t) => {
    await createTwins(stage.plane, 'keeps', 'moves');
    const before = await getNode(stage.plane, 'moves');
    let isBack = false;
    let struck = false;
    stage.proxy.decide((request) => {
      if (isPost(request)) {
        isBack = true;
        return { kind: 'then', before: () => stage.plane.controllerManager('stop') };
      }
      if (!isBack || struck || !patches('moves')(request) || !request.body.includes('"taints"'))
        return { kind: 'pass' };
      struck = true;
      return fault;
    });
    try {
      const ran = await stage.run(['reassign', 'moves', '--drain=false', NO_RESTART]);
      t.is(ran.code, 0, ran.stderr);
      t.true(struck);
      t.deepEqual(comparable(await getNode(stage.plane, 'moves')), comparable(before));
    } finally {
      await stage.plane.controllerManager([]);
    }
  });
}

test.serial('a busy server (429) does not keep an empty Node from its subnet', async (t) => {
  await stage.plane.controllerManager(['--allocate-node-cidrs=false']);
  try {
    await stage.plane.api.post('/api/v1/nodes', node('empty'));
    const refused = refusing(patches('empty'));
    const ran = await stage.run(['reassign', 'empty=10.244.9.0/24', NO_RESTART]);
    t.is(ran.code, 0, ran.stderr);
    t.is(refused(), 1);
    t.is(await stage.subnet('empty'), '10.244.9.0/24');
  } finally {
    await stage.plane.controllerManager([]);
  }
});
