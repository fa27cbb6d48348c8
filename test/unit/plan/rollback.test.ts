import test from 'ava';
import type { OperationRecord } from '../../../src/model/operation.ts';
import { surveyGround } from '../../../src/plan/ground.ts';
import { absentMoves, conflictsOf, lostMoves } from '../../../src/plan/rollback.ts';
import { node, survey } from './support.ts';

const A = ['10.244.1.0/24'];
const B = ['10.244.2.0/24'];
const there = { ...survey([node('a', B)]) };
const [{ uid } = { uid: '' }] = there.nodes;
const move = { node: 'a', uid, method: 'recreate' as const, from: B, to: A, wished: true };

test('a node that is as it was moved may be moved back; one that is another by now may not', (t) => {
  t.deepEqual(lostMoves([move], there), []);
  const reasons = lostMoves(
    [
      { ...move, node: 'b' },
      { ...move, uid: 'another' },
      { ...move, from: A },
    ],
    there,
  );
  t.deepEqual(
    reasons.map(({ reason }) => reason),
    ['it was deleted since', 'it was deleted and created again since', 'it has 10.244.2.0/24 now'],
  );
});

test('only a Node that an interrupted operation has deleted is posted with what it had', (t) => {
  const record = { ...move, node: 'gone', from: A, to: B, step: 'swapping' } as unknown as OperationRecord;
  const records = (one: OperationRecord) => new Map([[one.node, one]]);
  t.deepEqual(
    absentMoves(records(record), there).map(({ node: name, to }) => [name, to]),
    [['gone', A]],
  );
  const again = { ...record, from: ['10.244.9.0/24'], firstSwap: { from: A, managedFields: [] } };
  t.deepEqual(absentMoves(records(again), there)[0]?.to, A);
  t.deepEqual(absentMoves(records({ ...record, node: 'a' }), there), []);
  t.deepEqual(absentMoves(records({ ...record, step: 'detached' }), there), []);
  t.deepEqual(absentMoves(records({ ...record, method: 'create' }), there), []);
});

test('a node that has lost its subnet since is not moved back', (t) => {
  const empty = survey([node('a', [], { uid })]);
  t.deepEqual(lostMoves([move], empty), [{ node: 'a', reason: 'it has no subnet now' }]);
});

test('a subnet is given back only where nobody holds it once the moves before are done', (t) => {
  const given = survey([node('a', B), node('b', A), node('c', ['10.244.3.0/24'])]);
  const moves = (...pairs: [string, string[]][]) => pairs.map(([name, to]) => ({ ...move, node: name, to }));
  const conflicts = (...pairs: [string, string[]][]) => conflictsOf(moves(...pairs), surveyGround(given));
  t.deepEqual(conflicts(['a', A]), [{ node: 'a', reason: '10.244.1.0/24 is held by node b' }]);
  t.deepEqual(conflicts(['b', ['10.244.4.0/24']], ['a', A]), []);
  t.deepEqual(conflicts(['a', A], ['b', ['10.244.4.0/24']]).length, 1);
  t.deepEqual(conflicts(['a', ['10.244.5.0/24']], ['c', ['10.244.5.0/24']]), [
    { node: 'c', reason: '10.244.5.0/24 is held by node a' },
  ]);
  t.deepEqual(conflicts(['c', B], ['c', A]), [
    { node: 'c', reason: '10.244.2.0/24 is held by node a' },
    { node: 'c', reason: '10.244.1.0/24 is held by node b' },
  ]);
});
