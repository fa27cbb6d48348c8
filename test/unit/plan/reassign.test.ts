import test from 'ava';
import { planReassign } from '../../../src/plan/reassign.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';
import { HELD, UNATTESTED } from './invalid/world.ts';
import { node, survey } from './support.ts';

const plan = (nodes: ReturnType<typeof node>[], ...wishes: string[]) =>
  planReassign(survey(nodes, { clusterCIDRs: ['10.244.0.0/22'] }), readWishes(wishes, undefined), UNATTESTED);

test('who has what was asked for is left as it is, who must stay is refused, and the others go on', (t) => {
  const made = plan(
    [node('same', ['10.244.1.0/24']), node('held', ['10.244.2.0/24'], HELD), node('b', ['10.244.3.0/24'])],
    'same=10.244.1.0/24',
    'held',
    'b',
  );
  t.deepEqual(made.unchanged, [{ node: 'same', podCIDRs: ['10.244.1.0/24'] }]);
  t.deepEqual(
    made.refused.map(({ node: name }) => name),
    ['held'],
  );
  t.deepEqual(
    made.moves.map(({ node: name, to }) => [name, ...to]),
    [['b', '10.244.0.0/24']],
  );
});

test('what one move gives up is free for the next, in the order of the wishes', (t) => {
  const nodes = [node('a', ['10.244.1.0/24']), node('b', ['10.244.2.0/24'])];
  t.deepEqual(
    plan(nodes, 'a=10.244.3.0/24', 'b=10.244.1.0/24').moves.map(({ node: name, to }) => [name, ...to]),
    [
      ['a', '10.244.3.0/24'],
      ['b', '10.244.1.0/24'],
    ],
  );
  t.throws(() => plan(nodes, 'b=10.244.1.0/24', 'a=10.244.3.0/24'), { message: /held by node a/ });
});
