import test from 'ava';
import fc from 'fast-check';
import { isControlPlane } from '../../../../src/model/keeper.ts';
import { planInvalid } from '../../../../src/plan/invalid/invalid.ts';
import { ANY, apply, clash, fewest, isHeld, marked, mostPlaced, UNATTESTED, worlds } from './world.ts';

const ROOMY = { cluster: 24 };
const TIGHT = { cluster: 28 };
const RUNS = { numRuns: 400 };

for (const [what, options] of [
  ['single-stack', ROOMY],
  ['dual-stack', { ...ROOMY, dual: true }],
] as const) {
  test(`${what}: after the plan nothing is wrong but what must not be moved, and that is refused`, (t) => {
    fc.assert(
      fc.property(worlds(options, 8), (given) => {
        const plan = planInvalid(given, undefined, ANY);
        const held = given.nodes.filter(isHeld).map(({ name }) => name);
        const left = marked(apply(given, plan));
        const full = plan.refused.filter(({ reason }) => reason.startsWith('no free')).map(({ node }) => node);
        if (full.length > 0) return;
        t.deepEqual(
          left.filter((name) => !held.includes(name)),
          [],
        );
        t.deepEqual(
          plan.refused.map(({ node }) => node),
          left,
        );
      }),
      RUNS,
    );
  });
}

test('single-stack: no smaller set of moves would do, found by trying them all', (t) => {
  fc.assert(
    fc.property(worlds(ROOMY, 7), (given) => {
      t.is(planInvalid(given, undefined, ANY).moves.length, fewest(given));
    }),
    RUNS,
  );
});

test('dual-stack: no smaller set of moves would do, where no control-plane node is spared', (t) => {
  fc.assert(
    fc.property(worlds({ ...ROOMY, dual: true }, 7), (given) => {
      const plain = { ...given, nodes: given.nodes.map((one) => ({ ...one, labels: {} })) };
      const plan = planInvalid(plain, undefined, ANY);
      const full = plan.refused.filter(({ reason }) => reason.startsWith('no free'));
      t.is(plan.moves.length + full.length, fewest(plain));
    }),
    RUNS,
  );
});

for (const [what, options] of [
  ['roomy', ROOMY],
  ['full', TIGHT],
  ['full dual-stack', { ...TIGHT, dual: true }],
] as const) {
  test(`in a ${what} pool each new subnet is free when its turn comes, and no two moves get the same`, (t) => {
    fc.assert(
      fc.property(worlds(options, 9), (given) => {
        const plan = planInvalid(given, undefined, ANY);
        const now = new Map(given.nodes.map(({ name, podCIDRs }) => [name, podCIDRs]));
        for (const { node, from, to } of plan.moves) {
          const fresh = to.filter((text) => !from.includes(text));
          for (const [other, held] of now) if (other !== node) t.false(clash(fresh, held), `${node} takes ${fresh}`);
          t.false(
            clash(fresh, [
              '10.96.0.0/16',
              ...given.nodes.flatMap(({ addresses }) => addresses.map(({ address }) => `${address}/32`)),
            ]),
          );
          now.set(node, to);
        }
        const moved = plan.moves.map(({ node }) => node);
        t.is(new Set([...moved, ...plan.refused.map(({ node }) => node)]).size, moved.length + plan.refused.length);
        t.deepEqual(
          given.nodes.filter((one) => isHeld(one) && moved.includes(one.name)),
          [],
        );
      }),
      RUNS,
    );
  });

  test(`in a ${what} pool the order of the nodes does not matter`, (t) => {
    const shuffled = worlds(options, 9).chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given.nodes, { minLength: given.nodes.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, nodes]) => {
        t.deepEqual(planInvalid({ ...given, nodes }, undefined, ANY), planInvalid(given, undefined, ANY));
      }),
      RUNS,
    );
  });
}

test('in a full pool no order of the moves would cure more nodes, found by trying them all', (t) => {
  const slots = ['10.0.0.0/30', '10.0.0.4/30', '10.0.0.8/30', '10.0.0.12/30'];
  fc.assert(
    fc.property(worlds(TIGHT, 7), (given) => {
      const { moves, refused } = planInvalid(given, undefined, ANY);
      const waiting = refused.filter(({ reason }) => reason.startsWith('no free'));
      if (waiting.length === 0) return;
      const movers = [...moves, ...waiting].map(({ node }) => node);
      t.is(moves.length, mostPlaced(given, movers, slots));
    }),
    RUNS,
  );
});

test('with room enough control-plane nodes move last', (t) => {
  fc.assert(
    fc.property(worlds(ROOMY, 8), (given) => {
      const last = new Set(given.nodes.filter(isControlPlane).map(({ name }) => name));
      const order = planInvalid(given, undefined, ANY).moves.map(({ node }) => last.has(node));
      t.deepEqual(
        order,
        order.toSorted((a, b) => Number(a) - Number(b)),
      );
    }),
    RUNS,
  );
});

test('only chosen nodes move, and none of them is wrong afterwards unless it is refused', (t) => {
  fc.assert(
    fc.property(worlds(ROOMY, 8), fc.subarray(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']), (given, names) => {
      const chosen = new Set(names);
      const plan = planInvalid(given, undefined, { chosen, judgement: UNATTESTED });
      const touched = [...plan.moves, ...plan.refused].map(({ node }) => node);
      t.deepEqual(
        touched.filter((name) => !chosen.has(name)),
        [],
      );
      const left = marked(apply(given, plan)).filter((name) => chosen.has(name));
      t.deepEqual(
        left,
        plan.refused.map(({ node }) => node),
      );
    }),
    RUNS,
  );
});
