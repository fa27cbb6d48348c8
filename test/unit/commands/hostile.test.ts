import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { load, loadAll } from 'js-yaml';
import { reportNode } from '../../../src/checks/node/judge.ts';
import { factLines } from '../../../src/checks/node/lines.ts';
import { runCapacity } from '../../../src/commands/capacity.ts';
import { runList } from '../../../src/commands/list.ts';
import { runLookup } from '../../../src/commands/lookup.ts';
import { runValidate } from '../../../src/commands/validate.ts';
import { factsOf } from '../../../src/host/facts.ts';
import { splitParts } from '../../../src/host/read/parts.ts';
import { Failure } from '../../../src/model/failure.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { asObject } from '../../../src/model/read-json.ts';
import { failureText } from '../../../src/process/failure-text.ts';
import { renderNodeFacts } from '../../../src/render/node-facts.ts';
import { expectedOf, sceneOf } from '../checks/node/support.ts';
import { recordedText } from '../host/recorded.ts';
import { testContext } from './support.ts';

/** What a terminal acts on, what misleads a reader, what ends a line, what a shell or XML would read. */
const EVIL =
  'x\u001b[31m\u001b]0;t\u0007\u009b2J\u202e\u2066\u200b\ufeff\u0000\r\n\u2028\ud800x\udb40\udc41"\'`$(id)|;&<>\\';

/** All of the other characters: controls, bidirectional and invisible ones, lone surrogates, separators. A line may end. */
const HARMFUL = /[^\P{C}\n]|[\u2028\u2029]/u;

const FIXTURES = new URL('../../fixtures/', import.meta.url);

const DUMPS = [
  ...readdirSync(new URL('healthy', FIXTURES)).map((name) => `healthy/${name}`),
  ...readdirSync(new URL('founding', FIXTURES)).map((name) => `founding/${name}/dump.yaml`),
];

/** Fields that say what an object is: another value makes it no object of the dump. */
const IDENTITY = /^\.(kind|apiVersion)$/;

type Planted = (value: string) => string;

/** The same JSON with the texts at one place changed: the place is its path without indices. A place that ends with # is a key. */
function plant(value: Json | undefined, place: string, change: Planted, at = ''): Json {
  if (value === undefined) return null;
  if (typeof value === 'string') return at === place ? change(value) : value;
  if (Array.isArray(value)) return value.map((one) => plant(one, place, change, `${at}[]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const named = isNamed(at) ? `${at}#` : `${at}.${key}`;
      return [
        isNamed(at) && named === place ? change(key) : key,
        plant(one, place, change, isNamed(at) ? `${at}.${key}` : named),
      ];
    }),
  );
}

/** Objects whose keys are names that somebody chose. */
const isNamed = (at: string) => /\.(labels|annotations|nodeSelector|data|matchLabels)$/.test(at);

/** The places of all texts and chosen keys. */
function placesOf(value: Json | undefined, at = ''): string[] {
  if (typeof value === 'string') return [at];
  if (Array.isArray(value)) return value.flatMap((one) => placesOf(one, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [
    ...(isNamed(at) ? [`${at}#`] : []),
    ...placesOf(one, `${at}.${key}`),
  ]);
}

function itemsOf(path: string): JsonObject[] {
  const documents = loadAll(readFileSync(new URL(path, FIXTURES), 'utf8')) as JsonObject[];
  return documents.flatMap((one) => (Array.isArray(one.items) ? (one.items as JsonObject[]) : [one]));
}

const NO_SETTINGS = { settings: {}, connection: {}, filenames: ['-'] };
const VALIDATE = { words: [], only: [], skip: [], failOn: 'error', flannelStore: undefined, ...NO_SETTINGS } as const;
const LIST = { names: [], selector: undefined, sortBy: undefined, noHeaders: false, ...NO_SETTINGS } as const;
const CAPACITY = { words: [], nodes: undefined, maxPods: undefined, compare: false, ...NO_SETTINGS } as const;

type Printing = (context: ReturnType<typeof testContext>) => Promise<unknown>;

const validate =
  (output: 'table' | 'json' | 'yaml' | 'junit' | 'prometheus'): Printing =>
  (context) =>
    runValidate(context, { ...VALIDATE, filenames: ['-'], only: [], skip: [], words: [], output });

const list =
  (output: 'table' | 'wide'): Printing =>
  (context) =>
    runList(context, { ...LIST, names: [], filenames: ['-'], output });

const TABLES: Printing[] = [
  validate('table'),
  validate('junit'),
  validate('prometheus'),
  list('wide'),
  (context) =>
    runLookup(context, { ...NO_SETTINGS, filenames: ['-'], words: ['10.244.1.4', '10.244.0.0/16'], output: 'table' }),
  (context) => runCapacity(context, { ...CAPACITY, words: [], filenames: ['-'], output: 'table' }),
];

/** What it prints, also as an error's words. */
async function printed(dump: string, print: Printing): Promise<string> {
  const { out, err } = await run(dump, print);
  return `${out}${err}`;
}

async function run(dump: string, print: Printing): Promise<{ out: string; err: string }> {
  const context = testContext(dump);
  try {
    await print(context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { out: '', err: failureText(error).text };
  }
  return context.printed;
}

/** Each kind and place once, with the first dump that has it. */
const PLACES = new Map(
  DUMPS.flatMap((path) =>
    itemsOf(path).flatMap((item) =>
      placesOf(item)
        .filter((place) => !IDENTITY.test(place))
        .map((place): [string, { path: string; kind: Json | undefined; place: string }] => [
          `${JSON.stringify(item.kind)} ${place}`,
          { path, kind: item.kind, place },
        ]),
    ),
  ),
);

const changes: [string, Planted][] = [
  ['instead', () => EVIL],
  ['behind', (value) => `${value}${EVIL}`],
];

for (const [how, change] of changes) {
  test(`no text of a cluster acts on a terminal, planted ${how} of each field of each kind`, async (t) => {
    t.true(PLACES.size > 150);
    for (const { path, kind, place } of PLACES.values()) {
      const items = itemsOf(path).map((item) => (item.kind === kind ? plant(item, place, change) : item));
      const dump = JSON.stringify({ kind: 'List', items });
      for (const print of TABLES) t.notRegex(await printed(dump, print), HARMFUL, `${path} ${kind} ${place}`);
    }
  });
}

test('JSON and YAML stay whole and say the same, with hostile text in every field at once', async (t) => {
  for (const path of DUMPS) {
    for (const change of [(value: string) => `${EVIL}${value}`, (value: string) => `${value}${EVIL}`]) {
      const items = itemsOf(path).map((item) =>
        placesOf(item)
          .filter((place) => !/^\.(kind|apiVersion|reason)$|\.(namespace|podCIDRs?|podIPs?|address|ip)\b/.test(place))
          .reduce((all: Json, place) => plant(all, place, change), item),
      );
      const dump = JSON.stringify({ kind: 'List', items });
      const [json, yaml] = [await run(dump, validate('json')), await run(dump, validate('yaml'))];
      for (const { out, err } of [json, yaml]) t.notRegex(`${out}${err}`, HARMFUL, path);
      t.not(json.out, '', json.err);
      t.deepEqual(load(yaml.out), JSON.parse(json.out));
    }
  }
});

test('no text that a node prints acts on a terminal, planted in each of its lines', (t) => {
  for (const name of ['vxlan-leftovers', 'host-gw-self', 'vxlan-text']) {
    const scene = sceneOf(name === 'vxlan-text' ? 'vxlan' : name);
    const expected = expectedOf(scene);
    const lines = recordedText(name).split('\n');
    for (const at of lines.keys()) {
      for (const spoil of [
        (line: string) => `${line}${EVIL}`,
        (line: string) => line.replaceAll(/[a-z]{3,}/g, (word) => `${word}${EVIL}`),
      ]) {
        const text = lines.with(at, spoil(lines[at] ?? '')).join('\n');
        const facts = factsOf({ node: scene.facts.node, source: `pod ${EVIL}` }, splitParts(text));
        const { findings, skipped } = reportNode(facts, expected);
        const report = {
          node: facts.node,
          source: facts.source,
          podCIDRs: [],
          facts: factLines(facts, expected, findings),
          findings,
          skipped,
        };
        t.notRegex(renderNodeFacts([report], { wrongOnly: false }), HARMFUL, `${name} line ${at}`);
      }
    }
  }
});

test('a node with 10,000 labels and texts of a megabyte is told in a few lines', async (t) => {
  const long = `${'x'.repeat(2 ** 20)}${EVIL}`;
  const labels = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at) => [`example.org/label-${at}`, `value-${at}`]),
  );
  const items = itemsOf('founding/3-earlier-life/dump.yaml');
  // Two of them, so that checks that compare nodes speak of both.
  const nodes = items.filter(({ kind }) => kind === 'Node').slice(0, 2);
  // No server takes such a name.
  const places = new Set(nodes.flatMap((node) => placesOf(node)).filter((place) => /annotations\.|status/.test(place)));
  for (const place of places) {
    const spoilt = nodes.map((node) => {
      const changed = asObject(plant(node, place, () => long));
      return { ...changed, metadata: { ...asObject(changed.metadata), labels } };
    });
    const dump = JSON.stringify({
      kind: 'List',
      items: [...spoilt, ...items.filter((item) => !nodes.includes(item))],
    });
    for (const print of [validate('table'), list('wide')]) {
      const { out, err } = await run(dump, print);
      t.not(out + err, '');
      t.true(out.length + err.length < 2 ** 16, `${place}: ${out.length + err.length}`);
      t.notRegex(`${out}${err}`, HARMFUL);
    }
  }
});
