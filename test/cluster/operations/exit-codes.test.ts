import test from 'ava';
import { isPost, type Stage, startStage } from './support.ts';

const FORMER = '10.244.77.0/24';

let stage: Stage;
test.before(async () => {
  stage = await startStage({ kwok: true });
});
test.after.always(() => stage?.stop());
test.beforeEach(() => stage.clear());

for (const output of ['json', 'yaml']) {
  test.serial(`a move that is refused at the last look prints nothing with -o ${output}: exit 2`, async (t) => {
    await stage.create('worker', [FORMER]);
    // The lock is taken once the plan is made.
    stage.before(
      ({ method, path }) => method !== 'GET' && path.includes('/leases'),
      () => stage.plane.api.patch('/api/v1/nodes/worker', { metadata: { finalizers: ['example.org/held'] } }),
    );
    const ran = await stage.run(['reassign', 'worker', '-o', output]);
    await stage.plane.api.patch('/api/v1/nodes/worker', { metadata: { finalizers: null } });
    t.is(ran.code, 2, ran.stderr);
    t.is(ran.stdout, '');
    t.regex(ran.stderr, /^error: node worker was not moved: .*it has the finalizer example\.org\/held$/m);
    t.is(await stage.subnet('worker'), FORMER);
  });
}

test.serial(
  'a resume that waits for the lock in vain changes nothing: exit 2, and operations shows what is open',
  async (t) => {
    await stage.create('worker', [FORMER]);
    await stage.create('other', ['10.244.78.0/24']);
    await stage.killed(['reassign', 'worker'], isPost);
    const [{ id } = { id: '' }] = await stage.operations();
    const lock = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kubectl-podcidr';
    const held = (await stage.plane.api.get(lock)).spec?.holderIdentity;
    t.truthy(held);
    const renew = setInterval(() => {
      void stage.plane.api.patch(lock, { spec: { renewTime: new Date().toISOString().replace('Z', '000Z') } });
    }, 100);
    const ran = await stage.run(['resume', id]);
    clearInterval(renew);
    t.is(ran.code, 2, ran.stderr);
    t.is(ran.stdout, '');
    t.is(await stage.plane.api.find('/api/v1/nodes/worker'), undefined);
    const [open] = await stage.operations();
    t.is(open?.id, id);
    const resumed = await stage.run(['resume', id]);
    t.is(resumed.code, 0, resumed.stderr);
  },
);
