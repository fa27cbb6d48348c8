import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readLostNodes } from '../../../src/commands/lost-nodes.ts';
import { Failure } from '../../../src/model/failure.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Step } from '../../../src/model/operation.ts';
import { STEP_ORDER } from '../../../src/model/step-order.ts';
import { seal } from '../../../src/operate/journal/seal.ts';
import { postBody } from '../../../src/plan/body.ts';
import { planRestore } from '../../../src/plan/restore.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';
import { testContext } from '../commands/support.ts';
import { node, survey } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'podcidr-restore-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function file(content: Json | object): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const read = (...paths: string[]) => readLostNodes(testContext().streams, paths);
const wishes = (...words: string[]) => readWishes(words, undefined);

const X = ['10.244.1.0/24'];
const raw = (name: string, podCIDRs: string[]) => ({ apiVersion: 'v1', kind: 'Node', ...node(name, podCIDRs).raw });
const list = (...items: object[]) => ({ apiVersion: 'v1', kind: 'List', items });
const DEPENDENT = { path: '/p', name: 'CSINode/a', uid: 'u', ownerReference: {} };

function record(more: object = {}) {
  const value = {
    schema: 1,
    clusterUID: 'cluster-uid',
    node: 'a',
    raw: raw('a', X),
    from: X,
    to: ['10.244.255.0/24'],
    step: 'finished',
    dependents: [DEPENDENT],
    ...more,
  };
  return { digest: seal(value).digest, record: value };
}

test('all nodes of a dump that are absent come back with their own subnets; that its cluster is not known is said', async (t) => {
  const path = file(list(raw('a', X), raw('b', ['10.244.2.0/24']), raw('there', ['10.244.3.0/24'])));
  const { plan, notes } = planRestore(survey([node('there', ['10.244.3.0/24'])]), await read(path), []);
  t.deepEqual(
    plan.moves.map((move) => [move.node, move.method, move.uid, move.from, move.to, move.reason, move.wished]),
    [
      ['a', 'create', 'uid-a', X, X, 'as it was', false],
      ['b', 'create', 'uid-b', ['10.244.2.0/24'], ['10.244.2.0/24'], 'as it was', false],
    ],
  );
  t.deepEqual(plan.refused, []);
  t.deepEqual(notes, [`${path} does not say which cluster it is of, so that could not be checked`]);
});

test('names choose among the nodes of a file; one that is there now is refused', async (t) => {
  const lost = await read(file(list(raw('a', X), raw('b', ['10.244.2.0/24']))));
  const { plan } = planRestore(survey([node('a', X)]), lost, wishes('b', 'a'));
  t.deepEqual(
    plan.moves.map((move) => move.node),
    ['b'],
  );
  t.deepEqual(plan.refused, [{ node: 'a', reason: 'a Node of this name is there now (uid uid-a)' }]);
});

test('a subnet that somebody holds now is replaced by the highest free one, and the holder is a survivor', async (t) => {
  const { plan } = planRestore(survey([node('new', X)]), await read(file(raw('a', X))), []);
  t.like(plan.moves[0], { to: ['10.244.255.0/24'], reason: '10.244.1.0/24 is held by node new', survivors: ['new'] });
});

test('two lost nodes that shared a subnet do not share it again', async (t) => {
  const { plan } = planRestore(survey([]), await read(file(list(raw('a', X), raw('b', X)))), []);
  t.deepEqual(
    plan.moves.map(({ to }) => to),
    [X, ['10.244.255.0/24']],
  );
});

test('NODE=CIDR is given exactly, or refused', async (t) => {
  const lost = await read(file(raw('a', X)));
  t.like(planRestore(survey([]), lost, wishes('a=10.244.9.0/24')).plan.moves[0], {
    to: ['10.244.9.0/24'],
    wished: true,
  });
  const given = survey([node('new', ['10.244.9.0/24'])]);
  t.throws(() => planRestore(given, lost, wishes('a=10.244.9.0/24')), { message: /a cannot have 10\.244\.9\.0\/24/ });
});

test('beside a wish for one family what the node had of the other is given only as far as nobody holds it now', async (t) => {
  const lost = await read(file(raw('a', [...X, 'fd00:10:244:1::/64'])));
  const settings = { clusterCIDRs: ['10.244.0.0/16', 'fd00:10:244::/48'], masks: [24, 64] };
  const kept = planRestore(survey([], settings), lost, wishes('a=10.244.9.0/24'));
  t.like(kept.plan.moves[0], { to: ['10.244.9.0/24', 'fd00:10:244:1::/64'], reason: 'asked for' });
  const given = survey([node('new', ['10.244.2.0/24', 'fd00:10:244:1::/64'])], settings);
  t.like(planRestore(given, lost, wishes('a=10.244.9.0/24')).plan.moves[0], {
    to: ['10.244.9.0/24', 'fd00:10:244:ffff::/64'],
    reason: 'asked for; fd00:10:244:1::/64 is held by node new',
    wished: true,
  });
  const full = survey([node('new', ['10.244.2.0/24', 'fd00:10:244:1::/64'])], {
    clusterCIDRs: ['10.244.0.0/16', 'fd00:10:244:1::/64'],
    masks: [24, 64],
  });
  t.throws(() => planRestore(full, lost, wishes('a=10.244.9.0/24')), { message: /no free \/64 is left/ });
});

test('a record of the journal brings back the last subnet, what was owned, and the cluster that it is of', async (t) => {
  const lost = await read(file(record()));
  const { plan, dependents, notes } = planRestore(survey([]), lost, []);
  t.deepEqual(plan.moves[0]?.to, ['10.244.255.0/24']);
  t.deepEqual(dependents.get('a'), [DEPENDENT]);
  t.deepEqual(notes, []);
  const early = planRestore(survey([]), await read(file(record({ step: 'swapping' }))), []);
  t.deepEqual(early.plan.moves[0]?.to, X);
  const body = postBody(plan.moves[0]?.raw ?? {}, { from: X, to: plan.moves[0]?.to ?? [], operation: 'o' });
  t.like(body, { metadata: { name: 'a' }, spec: { podCIDR: '10.244.255.0/24', podCIDRs: ['10.244.255.0/24'] } });
  t.is(body.metadata?.uid, undefined);
});

test('a record has the new subnet from the POST on, whatever is done on the node after it', async (t) => {
  const subnetAt = async (step: Step) =>
    planRestore(survey([]), await read(file(record({ step }))), []).plan.moves[0]?.to.join();
  const subnets = await Promise.all(
    [...STEP_ORDER, 'undone' as const].map(async (step) => [step, await subnetAt(step)]),
  );
  const before = ['planned', 'cordoned', 'drained', 'detached', 'swapping', 'undone'];
  t.deepEqual(
    subnets,
    [...STEP_ORDER, 'undone' as const].map((step) => [step, before.includes(step) ? X.join() : '10.244.255.0/24']),
  );
});

test('a backup of another cluster is refused, by its record and by the namespace in its dump', async (t) => {
  const given = survey([]);
  const other = await read(file(record({ clusterUID: 'other' })));
  t.throws(() => planRestore(given, other, []), {
    instanceOf: Failure,
    message: /of another cluster \(other\), this is cluster-uid/,
  });
  const kubeSystem = (uid: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid } });
  const dump = await read(file(list(kubeSystem('other'), raw('a', X))));
  t.throws(() => planRestore(given, dump, []), { message: /of another cluster/ });
  const own = planRestore(given, await read(file(list(kubeSystem('cluster-uid'), raw('a', X)))), []);
  t.deepEqual(own.notes, []);
});

test('a full pool refuses the node and not the others', async (t) => {
  const given = survey([], { clusterCIDRs: ['10.244.0.0/24'], masks: [24] });
  const { plan } = planRestore(given, await read(file(list(raw('a', ['10.244.0.0/24']), raw('b', X)))), []);
  t.deepEqual(
    plan.moves.map((move) => move.node),
    ['a'],
  );
  t.like(plan.refused[0], { node: 'b', reason: 'no free /24 is left in the cluster CIDR 10.244.0.0/24' });
});

const edited = record();
edited.record.to = ['10.244.7.0/24'];
const BAD: [what: string, content: object, says: RegExp][] = [
  ['no Node', list(), /no Node in it/],
  ['an edited record', edited, /cannot be used: it was edited or cut/],
  ['a record of a later version', record({ schema: 2 }), /it has the schema 2/],
  ['the record of an operation', record({ raw: undefined, node: undefined }), /is no record of a node/],
  ['a name that no server accepts', raw('A_b', X), /no server accepts: its name is "A_b"/],
];

for (const [what, content, says] of BAD) {
  test(`a file with ${what} is refused in one line`, async (t) => {
    await t.throwsAsync(read(file(content)), { instanceOf: Failure, message: says });
  });
}

test('a node that no file has, that two have, and files without absent nodes are bad input', async (t) => {
  const [one, two] = [file(raw('a', X)), file(raw('a', X))];
  const lost = await read(one);
  t.throws(() => planRestore(survey([]), lost, wishes('ghost')), { instanceOf: Failure, message: /"ghost" is not in/ });
  t.throws(() => planRestore(survey([node('a', X)]), lost, []), {
    instanceOf: Failure,
    message: /every Node of .* is there now/,
  });
  const twice = await read(one, two);
  t.throws(() => planRestore(survey([]), twice, []), { instanceOf: Failure, message: /"a" is there more than once/ });
});
