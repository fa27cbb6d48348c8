import test from 'ava';
import fc from 'fast-check';
import { runChecks } from '../../../src/checks/run.ts';
import { Failure } from '../../../src/model/failure.ts';
import type { MovePlan } from '../../../src/model/plan.ts';
import { planInvalid } from '../../../src/plan/invalid/invalid.ts';
import { planReassign } from '../../../src/plan/reassign.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';
import { expectedFindings } from './oracle/findings.ts';
import { runs } from './oracle/runs.ts';
import { CURABLE } from './oracle/told.ts';
import { objectsOf, surveyOfObjects, type World, worlds } from './oracle/world.ts';

const REASSIGN = 'kubectl podcidr reassign ';

const JUDGEMENT = { machinePaused: false };

/** Clusters whose settings are known: without them nothing is planned. */
const known = worlds.filter(({ settings }) => settings !== undefined);

function after(world: World, { moves }: MovePlan): World {
  const moved = new Map(moves.map(({ node, to }) => [node, to]));
  return {
    ...world,
    nodes: world.nodes.map((one) => {
      const to = moved.get(one.name);
      return to ? { ...one, podCIDR: to[0], podCIDRs: to } : one;
    }),
  };
}

/** What the oracle says of the subnets. */
function wrong(world: World) {
  return expectedFindings(world).filter(({ code }) => CURABLE.includes(code));
}

const survey = (world: World) => surveyOfObjects(objectsOf(world));

test('after the moves of reassign --invalid the oracle finds no subnet wrong, but of nodes that were refused', (t) => {
  fc.assert(
    fc.property(known, (world) => {
      const plan = planInvalid(survey(world), undefined, { chosen: undefined, judgement: JUDGEMENT });
      fc.pre(!plan.refused.some(({ reason }) => reason.startsWith('no free')));
      const refused = plan.refused.map(({ node }) => node);
      t.deepEqual([...new Set(wrong(after(world, plan)).flatMap(({ nodes }) => nodes))].sort(), refused.sort());
    }),
    runs(200),
  );
});

test('nothing is moved that the oracle finds nothing wrong with', (t) => {
  fc.assert(
    fc.property(known, (world) => {
      const { moves } = planInvalid(survey(world), undefined, { chosen: undefined, judgement: JUDGEMENT });
      const named = new Set(wrong(world).flatMap(({ nodes }) => nodes));
      t.deepEqual(
        moves.filter(({ node }) => !named.has(node)),
        [],
      );
    }),
    runs(200),
  );
});

test('pasting the remedies of the report one after another leaves no subnet wrong', (t) => {
  const movable = known.filter(({ nodes }) => nodes.every(({ kind }) => kind !== 'deleting'));
  fc.assert(
    fc.property(movable, (world) => {
      const remedies = runChecks(survey(world))
        .findings.filter(({ code }) => CURABLE.includes(code))
        .map(({ nodes, remedy }) => ({ reassigns: remedy.startsWith(REASSIGN), nodes, remedy }));
      let now = world;
      for (const { reassigns, nodes, remedy } of remedies) {
        now = after(
          now,
          paste(
            now,
            reassigns
              ? remedy
                  .slice(REASSIGN.length)
                  .replace(/ {2}# .*/, '')
                  .split(' ')
              : nodes,
          ),
        );
      }
      t.true(
        remedies.every(({ reassigns }) => reassigns),
        'where there is room nobody is told to make it',
      );
      t.deepEqual(wrong(now), []);
    }),
    runs(200),
  );
});

/** Clusters without room are another property's. */
function paste(world: World, names: string[]): MovePlan {
  try {
    return planReassign(survey(world), readWishes(names, undefined), JUDGEMENT);
  } catch (error) {
    fc.pre(!(error instanceof Failure && error.message.startsWith('no free')));
    throw error;
  }
}
