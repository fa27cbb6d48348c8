import test from 'ava';
import fc from 'fast-check';
import { runChecks } from '../../../src/checks/run.ts';
import { renderDocument } from '../../../src/render/document.ts';
import { renderReport, validationReport } from '../../../src/render/report.ts';
import { expectedFindings } from './oracle/findings.ts';
import { healthyNode } from './oracle/healthy.ts';
import { runs } from './oracle/runs.ts';
import { inOrder, JUDGED, told } from './oracle/told.ts';
import { objectsOf, surveyOfObjects, type World, worlds } from './oracle/world.ts';

const report = (world: World, objects = objectsOf(world)) => runChecks(surveyOfObjects(objects));

test('what is found, and which nodes, subnets and addresses are named, is what the oracle says', (t) => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(worlds, (world) => {
      const expected = inOrder(expectedFindings(world));
      t.deepEqual(told(report(world).findings), expected);
      for (const { code } of expected) seen.add(code);
    }),
    runs(300),
  );
  t.deepEqual([...seen].sort(), [...JUDGED].sort(), 'the random clusters have every fault');
});

test('the order of the objects never shows: the report is the same, byte for byte', (t) => {
  const text = (world: World, objects: object[]) => {
    const made = report(world, objects);
    return renderDocument(validationReport(made), 'json') + renderReport(made, 80);
  };
  fc.assert(
    fc.property(
      worlds.chain((world) => {
        const objects = objectsOf(world);
        return fc.tuple(fc.constant(world), fc.shuffledSubarray(objects, { minLength: objects.length }));
      }),
      ([world, shuffled]) => t.is(text(world, shuffled), text(world, objectsOf(world))),
    ),
    runs(150),
  );
});

test('a healthy node never adds a finding, nor a word to one', (t) => {
  // That the pool has one subnet less is no fault of the node.
  const beside = (world: World) => report(world).findings.filter(({ code }) => !code.startsWith('Pool'));
  fc.assert(
    fc.property(worlds, (world) => {
      const healthy = healthyNode(world);
      fc.pre(healthy !== undefined);
      const joined = { ...world, nodes: [...world.nodes, healthy] };
      // Where it takes the last subnet, others are told to make room first.
      fc.pre(!report(joined).findings.some(({ code }) => code === 'PoolExhausted'));
      t.deepEqual(beside(joined), beside(world));
    }),
    runs(300),
  );
});

test('a cluster of healthy nodes alone has nothing to be told about its nodes', (t) => {
  fc.assert(
    fc.property(worlds, fc.integer({ min: 1, max: 5 }), (given, most) => {
      const world: World = { ...given, nodes: [] };
      for (let count = 0; count < most; count += 1) {
        const healthy = healthyNode(world);
        if (healthy) world.nodes.push(healthy);
      }
      fc.pre(world.nodes.length > 0);
      t.deepEqual(
        report(world).findings.filter(({ nodes }) => nodes.length > 0),
        [],
      );
    }),
    runs(150),
  );
});
