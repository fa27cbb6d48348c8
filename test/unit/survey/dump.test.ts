import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { renderYAML } from '../../../src/render/yaml.ts';
import { readFiles } from '../../../src/survey/dump/files.ts';
import { surveyDump } from '../../../src/survey/survey-dump.ts';

const node = (name: string, more: RawObject = {}): RawObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: '2026-10-01T00:00:00Z' },
  spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] },
  ...more,
});

const survey = (...texts: string[]) =>
  surveyDump(
    texts.map((text, index) => ({ file: `file${index}`, text })),
    {},
  );
const names = (...texts: string[]) => survey(...texts).nodes.map(({ name }) => name);
const list = (...items: RawObject[]) => ({ apiVersion: 'v1', kind: 'List', items, metadata: { resourceVersion: '' } });
const json = (value: object) => JSON.stringify(value, null, 4);

for (const [title, texts] of [
  ['one object as JSON', [json(node('a'))]],
  ['one object as YAML', [renderYAML(node('a'))]],
  ['a List as JSON', [json(list(node('a')))]],
  ['a List as YAML', [renderYAML(list(node('a')))]],
  ['a List in a List', [json(list(list(node('a')) as RawObject))]],
  [
    'what kubectl get --raw prints: items without a kind',
    [json({ kind: 'NodeList', apiVersion: 'v1', items: [{ metadata: { name: 'a' } }] })],
  ],
  ['a JSON array, as jq makes it', [json([node('a')])]],
  ['other kinds beside it', [json(list({ kind: 'Service', metadata: { name: 'x' } }, node('a')))]],
  ['YAML with a comment and a document start', [`# mine\n---\n${renderYAML(node('a'))}`]],
] as const) {
  test(`a dump may be ${title}`, (t) => t.deepEqual(names(...texts), ['a']));
}

for (const [title, texts] of [
  ['several JSON documents joined by cat', [`${json(node('a'))}\n${json(node('b'))}\n`]],
  ['several YAML documents', [`${renderYAML(node('a'))}---\n${renderYAML(node('b'))}`]],
  ['several YAML files joined by cat without ---', [`${renderYAML(node('a'))}${renderYAML(node('b'))}`]],
  ['several files, JSON and YAML', [json(node('a')), renderYAML(node('b'))]],
  ['the same node twice in the same state', [json(node('a')), json(list(node('a'), node('b')))]],
] as const) {
  test(`a dump may be ${title}`, (t) => t.deepEqual(names(...texts), ['a', 'b']));
}

test('a timestamp stays the text that the server sent, and the raw object is the one of the dump', (t) => {
  const [read] = survey(renderYAML(node('a')).replace("'2026-10-01T00:00:00Z'", '2026-10-01T00:00:00Z')).nodes;
  t.deepEqual(read?.raw, node('a'));
  t.is(read?.createdAt, Date.UTC(2026, 9, 1));
});

test('"now" of a dump is its newest timestamp', (t) => {
  const status = { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-11-02T10:00:00Z' }] };
  t.is(survey(json(list(node('a'), node('b', { status })))).now, Date.UTC(2026, 10, 2, 10));
});

test('the identity of the cluster is the uid of kube-system, where the dump has it', (t) => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'u1' } };
  t.like(survey(json(list(node('a'), namespace))).clusterUID, { known: true, value: 'u1' });
  t.deepEqual(survey(json(node('a'))).clusterUID, { known: false, reason: 'the dump has no namespace kube-system' });
});

test('pods of the dump are read, without those there is a reason', (t) => {
  const pod = {
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'd' },
    spec: { nodeName: 'a' },
    status: { podIPs: [{ ip: '10.244.1.2' }, { ip: 'fd00::2' }] },
  };
  const { pods } = survey(json(list(node('a'), pod)));
  t.like(pods, {
    known: true,
    value: [
      {
        namespace: 'd',
        name: 'p',
        node: 'a',
        addresses: ['10.244.1.2', 'fd00::2'],
        hostNetwork: false,
        finished: false,
      },
    ],
  });
  t.deepEqual(survey(json(node('a'))).pods, { known: false, reason: 'the dump has no Pod' });
});

for (const [title, text, expected] of [
  ['truncated JSON', json(list(node('a'))).slice(0, 150), /^file0, line \d+: the JSON ends in the middle$/],
  ['broken JSON', '{\n "kind": "Node",\n "metadata" {}\n}', /^file0, line 3: not valid JSON$/],
  ['broken JSON after a good document', `${json(node('a'))}\n{"x": nope}`, /^file0, line \d+: not valid JSON$/],
  ['broken YAML', 'kind: Node\nmetadata: [a\nspec: {}\n', /^file0, line \d+: not valid YAML: /],
  ['text that is no dump', 'hello world', /^file0 has no Node in it$/],
  [
    'other kinds alone',
    json(list({ kind: 'Service' }, { kind: 'Pod' })),
    /^file0 has no Node in it, only Service, Pod$/,
  ],
  ['an empty List', json(list()), /^file0 has no Node in it$/],
  ['a List without items', '{"kind":"List"}', /^file0 has a List without items$/],
  ['items without a kind', '{"items":[]}', /^file0 has items without a kind: kubectl writes them in a List$/],
  ['a Node without a name', json({ kind: 'Node' }), /^file0 has a Node without a name$/],
  ['a log', '2026-11-21 error: x: y: z\n', /^file0.*/],
] as const) {
  test(`a dump that is ${title} is refused in one line that names the file`, (t) => {
    const error = t.throws(() => survey(text), { instanceOf: Failure, message: expected });
    t.notRegex(error.message, /\n/);
  });
}

test('a dump that would unfold without end is refused', (t) => {
  const layers = Array.from(
    { length: 20 },
    (_, i) => `k${i + 1}: &k${i + 1} {kind: List, items: [${Array(9).fill(`*k${i}`)}]}`,
  );
  const bomb = ['kind: List', 'k0: &k0 [x]', ...layers, 'items: [*k20]'].join('\n');
  const nested = `{"kind":"List","items":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  for (const text of [bomb, nested, `a: ${'['.repeat(100_000)}`]) t.throws(() => survey(text), { instanceOf: Failure });
});

for (const [title, text, expected] of [
  ['brackets that never close', '['.repeat(10_000_000), /^file0, line 1: nested deeper than 500: it is no dump$/],
  ['brackets in brackets', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /nested deeper than 500/],
  ['brackets in brackets of YAML', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^file0, line 1: not valid YAML/],
  ['documents without number', '{}'.repeat(1_000_000), /^file0 has more than 100000 documents: it is no dump$/],
  ['YAML documents without number', '---\n'.repeat(1_000_000), /^file0 has more than 100000 documents/],
  ['objects without number', 'apiVersion: v1\n'.repeat(1_000_000), /^file0 has more than 100000 documents/],
  ['lists in lists of YAML', '- '.repeat(1_000_000), /^file0, line 1: not valid YAML/],
  ['one long word', 'a'.repeat(10_000_000), /^file0 has no Node in it$/],
] as const) {
  test(`a dump of ${title} is refused in one line`, (t) => {
    const error = t.throws(() => survey(text), { instanceOf: Failure, message: expected });
    t.true(error.message.length < 200);
  });
}

test('two nodes of one name are compared however deep they are', (t) => {
  const deep = json(node('a', { x: JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`) }));
  t.deepEqual(names(deep, deep), ['a']);
});

test('the same node in two states is refused, for nobody knows which is true', (t) => {
  const other = node('a', { metadata: { name: 'a', uid: 'uid-a', resourceVersion: '8' } });
  t.throws(() => survey(json(node('a')), json(other)), {
    instanceOf: Failure,
    message: 'node "a" is in file0 and file1 in two different states',
  });
});

test('a node whose subnet was edited in one of two files is refused, although uid and resourceVersion are equal', (t) => {
  const edited = node('a', { spec: { podCIDR: '10.244.77.0/24', podCIDRs: ['10.244.77.0/24'] } });
  t.throws(() => survey(renderYAML(node('a')), renderYAML(edited)), {
    instanceOf: Failure,
    message: 'node "a" is in file0 and file1 in two different states',
  });
  const bare = (podCIDR: string) => json({ kind: 'Node', metadata: { name: 'a' }, spec: { podCIDR } });
  t.throws(() => survey(bare('10.244.1.0/24'), bare('10.244.2.0/24')), { instanceOf: Failure });
  t.deepEqual(names(bare('10.244.1.0/24'), bare('10.244.1.0/24')), ['a']);
});

test('YAML that is cut anywhere before its "kind: List" never passes as a dump, and is said to be truncated', (t) => {
  const metadata = {
    name: 'b',
    uid: 'u',
    resourceVersion: '7',
    annotations: { json: '{"a": "it\'s\\n"}', text: 'a\nb' },
  };
  const { apiVersion, items, metadata: last } = list(node('a'), node('b', { metadata }));
  const whole = renderYAML({ apiVersion, items, kind: 'List', metadata: last });
  t.is(names(whole).length, 2);
  for (let length = whole.indexOf('items:') + 'items:'.length; length < whole.indexOf('kind: List') + 9; length++) {
    const error = t.throws(() => survey(whole.slice(0, length)), { instanceOf: Failure }, whole.slice(0, length));
    t.regex(error?.hint ?? '', /^the file (is|may be) truncated: write the dump again$/, error?.message);
  }
  const cut = t.throws(() => survey(whole.slice(0, whole.indexOf('kind: List'))), { instanceOf: Failure });
  t.is(cut?.message, 'file0 ends in the middle: it has items without "kind: List" behind them');
  t.is(cut?.hint, 'the file is truncated: write the dump again');
});

test('a line number is that of the file, also where documents were joined', (t) => {
  const text = `${renderYAML(node('a'))}${renderYAML(node('b'))}bad: [\n`;
  const line = text.trimEnd().split('\n').length;
  const error = t.throws(() => survey(text), { instanceOf: Failure });
  t.regex(error.message, new RegExp(`^file0, line (${line}|${line + 1}): `));
});

const folder = mkdtempSync(join(tmpdir(), 'podcidr-dump-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: Buffer | string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
async function* nothing() {
  yield Buffer.alloc(0);
}
const good = json(node('a'));

/** 300 MB of blanks in many members, in 300 kB. */
const bomb = () => Buffer.concat(Array(300).fill(gzipSync(Buffer.alloc(1_000_000, ' '))));

test('files packed with gzip are read, also several that were joined, and from standard input', async (t) => {
  const two = Buffer.concat([gzipSync(`${good}\n`), gzipSync(good)]);
  const read = await readFiles([file('one.json.gz', gzipSync(good)), file('two.gz', two), '-'], async function* () {
    const packed = gzipSync(good);
    yield packed.subarray(0, 1);
    yield packed.subarray(1);
  });
  t.deepEqual(
    read.map(({ text }) => text),
    [good, `${good}\n${good}`, good],
  );
});

test('standard input without an end is left once it is too large', async (t) => {
  let pieces = 0;
  const endless = async function* () {
    for (;;) {
      pieces += 1;
      yield Buffer.alloc(16 * 1024 * 1024);
    }
  };
  await t.throwsAsync(readFiles(['-'], endless), {
    instanceOf: Failure,
    message: 'standard input is larger than 256 MiB',
  });
  t.is(pieces, 17);
});

test('files are read with a byte order mark, as UTF-16 of PowerShell, and from standard input', async (t) => {
  const files = [file('bom.json', `\ufeff${good}`), file('utf16.json', Buffer.from(`\ufeff${good}`, 'utf16le'))];
  const read = await readFiles([...files, '-'], async function* () {
    yield Buffer.from(good);
  });
  t.deepEqual(
    read.map(({ text }) => text),
    [good, good, good],
  );
  t.is(read[2]?.file, 'standard input');
});

for (const [title, name, expected] of [
  ['missing', join(folder, 'nowhere.json'), /nowhere\.json does not exist$/],
  ['a folder', folder, /is a folder: give the files themselves$/],
  ['empty', file('empty', ''), /empty is empty$/],
  ['blank', file('blank', ' \n\n'), /blank is empty$/],
  ['binary', file('binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff])), /is binary/],
  ['gzip cut in the middle', file('cut.gz', gzipSync(good).subarray(0, 60)), /cut\.gz ends in the middle of its gzip$/],
  ['broken gzip', file('bad.gz', Buffer.from([0x1f, 0x8b, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8])), /bad\.gz is no valid gzip$/],
  ['gzip of nothing', file('nothing.gz', gzipSync('')), /nothing\.gz is empty$/],
  ['gzip in gzip', file('twice.gz', gzipSync(gzipSync(good))), /twice\.gz is binary/],
  ['a gzip bomb', file('bomb.gz', bomb()), /bomb\.gz, unpacked, is larger than 256 MiB$/],
  ['without an end', '/dev/zero', /\/dev\/zero is larger than 256 MiB$/],
  ['without a name', '', /names no file/],
] as const) {
  test(`a file that is ${title} is refused in one line that names it`, async (t) => {
    const error = await t.throwsAsync(readFiles([name], nothing), { instanceOf: Failure, message: expected });
    t.notRegex(error.message, /\n/);
  });
}

test('standard input is refused twice', async (t) => {
  await t.throwsAsync(readFiles(['-', '-'], nothing), { instanceOf: Failure, message: /given twice/ });
});
