import test from 'ava';
import fc from 'fast-check';
import { runList } from '../../../src/commands/list.ts';
import { runLookup } from '../../../src/commands/lookup.ts';
import { testContext } from '../commands/support.ts';
import { LENGTH, readText, writeAddress } from './oracle/blocks.ts';
import { type Expected, expectedFindings, holdings, poolsOf, servicesOf } from './oracle/findings.ts';
import { ownersOf } from './oracle/owners.ts';
import { runs } from './oracle/runs.ts';
import { CURABLE } from './oracle/told.ts';
import { objectsOf, type World, worlds } from './oracle/world.ts';

/** `list` does not read flannel's ConfigMap. */
const LISTED = CURABLE.filter((code) => code !== 'SubnetOutsideCNINetwork');

const FROM_STDIN = { filenames: ['-'], settings: {}, connection: {} };

const RANK = { error: 0, warning: 1, info: 2 };

/** The codes of a node: errors first, then by name. */
function status(name: string, findings: Expected[]): string {
  const own = findings.filter(({ code, nodes }) => LISTED.includes(code) && nodes.includes(name));
  const sorted = own.toSorted((a, b) => RANK[a.severity] - RANK[b.severity] || (a.code < b.code ? -1 : 1));
  return [...new Set(sorted.map(({ code }) => code))].join(',') || 'OK';
}

test('the table of list has each node with its subnets and the codes that the oracle says', async (t) => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const context = testContext(JSON.stringify(objectsOf(world)));
      const args = { names: [], output: 'table', selector: undefined, sortBy: undefined, noHeaders: true };
      t.is(await runList(context, { ...args, ...FROM_STDIN }), 0);
      const rows = context.printed.out.trimEnd().split('\n');
      const findings = expectedFindings(world);
      t.deepEqual(
        rows.map((row) => row.split(/ {3,}/).slice(0, 3)),
        world.nodes.map(({ name, podCIDRs }) => [name, podCIDRs.join(',') || '<none>', status(name, findings)]),
      );
      const marked = world.nodes.filter(({ name }) => status(name, findings) !== 'OK').length;
      t.regex(context.printed.err, new RegExp(`^${world.nodes.length} nodes?: ${world.nodes.length - marked} OK`, 'm'));
    }),
    runs(150),
  );
});

/** A cluster with pods, and what is asked: something in it, or beside it. */
const questions: fc.Arbitrary<{ world: World; word: string }> = worlds.chain((world) => {
  const places = fc.constantFrom(
    ...holdings(world).map(({ block }) => block),
    ...poolsOf(world).map(({ cluster }) => cluster),
    ...servicesOf(world),
    ...['192.168.0.0/29', '10.97.0.0/24', 'fd00:99::/64'].flatMap((text) => readText(text).block ?? []),
  );
  const address = fc
    .tuple(places, fc.integer({ min: 0, max: 4 }))
    .map(([{ family, first }, at]) => writeAddress(family, first + BigInt(at)));
  const pod = fc.record({
    node: fc.constantFrom(...world.nodes.map(({ name }) => name)),
    address,
    hostNetwork: fc.boolean(),
    finished: fc.boolean(),
  });
  const block = fc.tuple(places, fc.integer({ min: -3, max: 3 })).map(([{ family, first, prefix }, more]) => {
    const length = Math.min(Math.max(prefix + more, 1), LENGTH[family]);
    return readText(`${writeAddress(family, first)}/${length}`).block?.text ?? '';
  });
  return fc
    .tuple(fc.array(pod, { maxLength: 4 }), fc.oneof(address, block))
    .map(([pods, word]) => ({ world: { ...world, pods }, word }));
});

test('lookup names everybody whom the oracle names, says when two contradict each other, and exits by it', async (t) => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(questions, async ({ world, word }) => {
      const query = readText(word.includes('/') ? word : `${word}/${word.includes(':') ? 128 : 32}`).block;
      fc.pre(query !== undefined);
      const context = testContext(JSON.stringify(objectsOf(world)));
      const code = await runLookup(context, { words: [word], output: 'json', ...FROM_STDIN });
      const [item] = JSON.parse(context.printed.out).items;
      const { answers, conflict, found } = ownersOf(world, query);
      const said = item.answers.map(({ kind, namespace, name = '', node = '', range = '' }: Record<string, string>) =>
        [kind, namespace === undefined ? name : `${namespace}/${name}`, node, range].join(' '),
      );
      t.deepEqual(said.toSorted(), answers.toSorted());
      t.is(item.conflicts.length > 0, conflict);
      t.is(code, found && !conflict ? 0 : 1);
      for (const answer of answers) seen.add(answer.split(' ')[0] ?? '');
    }),
    runs(300),
  );
  t.is(seen.size, 7, 'every kind of answer was asked for');
});
