import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import type { Json } from '../../../src/model/json.ts';
import { planInvalid } from '../../../src/plan/invalid/invalid.ts';
import { matchPlan } from '../../../src/plan/match-plan.ts';
import { readPlan } from '../../../src/plan/plan-file.ts';
import { renderDocument } from '../../../src/render/document.ts';
import { reassignPlan } from '../../../src/render/plan-documents.ts';
import { readDocuments } from '../../../src/survey/dump/objects.ts';
import { node, survey } from './support.ts';

const UNATTESTED = { machinePaused: false };
const X = ['10.244.1.0/24'];

const before = () =>
  survey([node('a', X), node('b', X), node('c', []), node('held', ['10.9.0.0/24'], { finalizers: ['x/y'] })]);
const planned = () => planInvalid(before(), undefined, { chosen: undefined, judgement: UNATTESTED });

for (const output of ['json', 'yaml'] as const) {
  test(`what a dry run prints in ${output} is read as the same plan, and each subnet counts as wished for`, (t) => {
    const plan = planned();
    const text = renderDocument(reassignPlan(plan), output);
    const matched = matchPlan(readPlan(readDocuments(text, 'plan'), 'plan'), before(), UNATTESTED);
    t.deepEqual(matched, { ...plan, moves: plan.moves.map((move) => ({ ...move, wished: true })) });
  });
}

/** The plan as a document, changed. */
function document(change: (plan: Record<string, Json>, move: Record<string, Json>) => void): Json {
  const plan = JSON.parse(JSON.stringify(reassignPlan(planned())));
  change(plan, plan.moves[0]);
  return plan;
}

const BAD: [what: string, documents: Json[], says: RegExp][] = [
  ['nothing', [], /^f has 0 documents in it, a plan is one$/],
  ['two plans', [document(() => {}), document(() => {})], /^f has 2 documents in it/],
  ['no object', ['text'], /^f is without a kind, not a ReassignPlan$/],
  ['another kind', [document((plan) => (plan.kind = 'NodeList'))], /^f is of kind "NodeList", not a ReassignPlan$/],
  [
    'another version',
    [document((plan) => (plan.apiVersion = 'kubectl-podcidr/v2'))],
    /^f has apiVersion "kubectl-podcidr\/v2", this version reads kubectl-podcidr\/v1$/,
  ],
  ['no version', [document((plan) => delete plan.apiVersion)], /^f has no apiVersion/],
  ['no cluster', [document((plan) => delete plan.clusterUID)], /^f: "clusterUID" is missing$/],
  ['no settings', [document((plan) => delete plan.settings)], /^f, settings: "clusterCIDRs" is missing$/],
  [
    'masks that are no numbers',
    [document((plan) => (plan.settings = { clusterCIDRs: [], nodeMasks: ['24'] }))],
    /"nodeMasks" is not a list of numbers$/,
  ],
  ['no moves', [document((plan) => delete plan.moves)], /^f: "moves" is missing$/],
  ['moves that are no list', [document((plan) => (plan.moves = {}))], /^f: "moves" is not a list$/],
  ['a move without uid', [document((_, move) => delete move.uid)], /^f, move 1: "uid" is missing$/],
  ['a uid that is no text', [document((_, move) => (move.uid = 7))], /^f, move 1: "uid" is not a text$/],
  [
    'a from that is no list',
    [document((_, move) => (move.from = '10.244.1.0/24'))],
    /^f, move 1: "from" is not a list$/,
  ],
  ['an empty to', [document((_, move) => (move.to = []))], /^f, move 1: "to" is empty/],
  [
    'a sloppy to',
    [document((_, move) => (move.to = ['10.244.7.1/24']))],
    /^f, move 1: "10\.244\.7\.1\/24" is not a subnet: it has host bits/,
  ],
  [
    'a move that keeps its subnet',
    [document((_, move) => (move.to = move.from ?? null))],
    /^f, move 1: node "b" keeps 10\.244\.1\.0\/24/,
  ],
  [
    'a plan of reset',
    [document((_, move) => (move.method = 'reset'))],
    /^f, move 1: method "reset" is none that reassign carries out/,
  ],
  ['a node twice', [document((plan, move) => (plan.moves = [move, move]))], /^f moves node "b" twice$/],
];

for (const [what, documents, says] of BAD) {
  test(`a plan file with ${what} is refused in one line`, (t) => {
    t.throws(() => readPlan(documents, 'f'), { instanceOf: Failure, message: says });
  });
}

test('fields that a later version adds are left aside', (t) => {
  const more = document((plan, move) => {
    plan.more = 1;
    move.more = 2;
  });
  t.is(readPlan([more], 'f').moves.length, 2);
});

const match = (given: ReturnType<typeof survey>, change: Parameters<typeof document>[0] = () => {}) =>
  matchPlan(readPlan([document(change)], 'f'), given, UNATTESTED);
const nodes = (...changed: ReturnType<typeof node>[]) =>
  survey([...before().nodes.filter(({ name }) => !changed.some((one) => one.name === name)), ...changed]);

const DIFFERENCES: [what: string, given: ReturnType<typeof survey>, says: RegExp][] = [
  [
    'another cluster',
    { ...before(), clusterUID: { known: true, value: 'other', source: '' } },
    /^f was made for cluster cluster-uid, this is other$/,
  ],
  [
    'another cluster CIDR',
    survey(before().nodes, { clusterCIDRs: ['10.240.0.0/12'] }),
    /^f rests on the cluster CIDR 10\.244\.0\.0\/16, it is 10\.240\.0\.0\/12 now$/,
  ],
  [
    'another service range',
    survey(before().nodes, { services: [] }),
    /^f rests on the service range 10\.96\.0\.0\/16, it is not known now$/,
  ],
  [
    'a node that is gone',
    survey(before().nodes.filter(({ name }) => name !== 'b')),
    /^node "b" is not there any more$/,
  ],
  [
    'a node that was created again',
    nodes(node('b', X, { uid: 'new' })),
    /^node b was deleted and created again since \(uid new\)$/,
  ],
  [
    'a node with another subnet',
    nodes(node('b', ['10.244.2.0/24'])),
    /^node b has 10\.244\.2\.0\/24 now, the plan moves it from 10\.244\.1\.0\/24$/,
  ],
  [
    'a node that got a subnet',
    nodes(node('c', ['10.244.2.0/24'])),
    /^node c has 10\.244\.2\.0\/24 now, the plan moves it from no subnet$/,
  ],
  [
    'a node that must not be moved now',
    nodes(node('b', X, { finalizers: ['x/y'] })),
    /^node b is not moved: it has the finalizer/,
  ],
  [
    'a subnet that was taken',
    nodes(node('new', ['10.244.255.0/24'])),
    /^node b cannot have 10\.244\.255\.0\/24 now: .* is held by node new$/,
  ],
];

for (const [what, given, says] of DIFFERENCES) {
  test(`${what} refuses the plan and is named`, (t) => {
    t.throws(() => match(given), { instanceOf: Failure, message: says });
  });
}

test('two moves of an edited plan cannot have the same subnet, nor a family in the wrong place', (t) => {
  const same = (plan: Record<string, Json>) => {
    for (const move of plan.moves as { to: string[] }[]) move.to = ['10.244.9.0/24'];
  };
  t.throws(() => match(before(), same), { message: /node c cannot have 10\.244\.9\.0\/24 now: .* held by node b/ });
  const dual = survey(before().nodes, { clusterCIDRs: ['10.244.0.0/16', 'fd00::/48'], masks: [24, 64] });
  const turned = (plan: Record<string, Json>, move: Record<string, Json>) => {
    plan.settings = {
      clusterCIDRs: ['10.244.0.0/16', 'fd00::/48'],
      nodeMasks: [24, 64],
      serviceCIDRs: ['10.96.0.0/16'],
    };
    move.to = ['fd00::/64', '10.244.9.0/24'];
  };
  t.throws(() => match(dual, turned), { message: /the cluster CIDR has 10\.244\.0\.0\/16 at place 1/ });
});
