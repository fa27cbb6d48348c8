import { readdirSync } from 'node:fs';
import test from 'ava';
import { CODES } from '../../../src/checks/catalogue.ts';
import { reportNode } from '../../../src/checks/node/judge.ts';
import { factLines } from '../../../src/checks/node/lines.ts';
import { runCapacity } from '../../../src/commands/capacity.ts';
import { runExplain } from '../../../src/commands/explain.ts';
import { runList } from '../../../src/commands/list.ts';
import { runLookup } from '../../../src/commands/lookup.ts';
import { runValidate } from '../../../src/commands/validate.ts';
import { renderNodeFacts } from '../../../src/render/node-facts.ts';
import { displayWidth } from '../../../src/render/width.ts';
import { expectedOf, sceneOf } from '../checks/node/support.ts';
import { fixture, testContext } from './support.ts';

const COLUMNS = 80;

/** Lines that are wider than the terminal though something could be broken or cut; commands are copied, and stay whole. */
const wide = (text: string) =>
  text.split('\n').filter((line) => displayWidth(line) > COLUMNS && !line.startsWith('  => ') && / /.test(line.trim()));

async function onTerminal(run: (context: ReturnType<typeof testContext>) => Promise<unknown>) {
  const context = testContext();
  const { printed, streams } = context;
  await run({ ...context, printed, streams: { ...streams, columns: COLUMNS } });
  return printed;
}

const CASES = readdirSync(fixture('founding')).map((name) => fixture(`founding/${name}/dump.yaml`));
const none = { settings: {}, connection: {} };

for (const file of CASES) {
  const source = { ...none, filenames: [file] };
  const name = /founding\/(.*)\/dump/.exec(file)?.[1];

  test(`the report fits a terminal of 80 columns, commands aside: ${name}`, async (t) => {
    const args = { words: [], output: 'table', only: [], skip: [], failOn: 'error', flannelStore: undefined } as const;
    const { out, err } = await onTerminal((context) =>
      runValidate(context, { ...args, words: [], only: [], skip: [], ...source }),
    );
    t.not(out, '');
    t.deepEqual([...wide(out), ...wide(err)], []);
  });

  test(`tables fit a terminal of 80 columns: ${name}`, async (t) => {
    const listed = await onTerminal((context) =>
      runList(context, {
        names: [],
        output: 'table',
        selector: undefined,
        sortBy: undefined,
        noHeaders: false,
        ...source,
      }),
    );
    const found = await onTerminal((context) =>
      runLookup(context, { words: ['10.244.1.4', '10.244.0.0/16', '10.96.0.1'], output: 'table', ...source }),
    );
    for (const { out } of [listed, found]) {
      t.not(out, '');
      t.deepEqual(wide(out), []);
    }
  });
}

test('what would break fits a terminal of 80 columns', async (t) => {
  const { out } = await onTerminal((context) =>
    runCapacity(context, {
      words: [],
      output: 'table',
      nodes: undefined,
      maxPods: undefined,
      compare: true,
      filenames: [fixture('founding/5-fleet-move/dump.yaml')],
      connection: {},
      settings: { clusterCIDR: '10.32.0.0/16,fd00:10:244::/56', nodeCIDRMaskSize: '24,64' },
    }),
  );
  t.regex(out, /WOULD BREAK/);
  t.deepEqual(wide(out), []);
});

test('facts of nodes fit a terminal of 80 columns, their findings too', (t) => {
  for (const name of ['vxlan-leftovers', 'host-gw-self', 'dual-stack']) {
    const scene = sceneOf(name);
    const expected = expectedOf(scene);
    const { findings, skipped } = reportNode(scene.facts, expected);
    const facts = factLines(scene.facts, expected, findings);
    const report = { node: scene.facts.node, source: scene.facts.source, podCIDRs: [], facts, findings, skipped };
    t.deepEqual(wide(renderNodeFacts([report], { wrongOnly: false, columns: COLUMNS })), []);
  }
});

test('explanations fit a terminal of 80 columns', async (t) => {
  for (const code of CODES)
    t.deepEqual(wide((await onTerminal((context) => runExplain(context, { codes: [code] }))).out), []);
});
