import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { component } from '../../scripts/components/build.ts';
import { run } from '../../scripts/lib/processes.ts';
import type { Json } from '../../src/model/json.ts';
import { readColumns, renderCustomColumns } from '../../src/render/custom-columns.ts';
import { readTemplate } from '../../src/render/jsonpath/template.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node } from '../harness/node.ts';
import { runPodcidr } from '../harness/program.ts';
import { CASES, DOCUMENT } from '../unit/render/jsonpath/cases.ts';

let plane: ControlPlane;
let kubectl: string;
const folder = mkdtempSync(join(tmpdir(), 'podcidr-outputs-'));
test.before(async () => {
  kubectl = await component('kubernetes-1.36', 'kubectl');
  plane = await startControlPlane();
  await createNodes(plane.api, [
    node('twin-1', { podCIDRs: ['10.244.77.0/24'], labels: { zone: 'a' } }),
    node('twin-2', { podCIDRs: ['10.244.77.0/24'] }),
    node('plain'),
  ]);
});
test.after.always(() => plane?.stop());
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

interface Printed {
  printed: string;
  failed: boolean;
}

/**
 * kubectl prints an object from a file by a template, without any server: `label --local` changes nothing that is
 * there already. It crashes on some ranges over null.
 */
async function byKubectl(document: Json, output: string): Promise<Printed & { crashed: boolean }> {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify(whole(document)));
  const args = ['label', '--local', '--dry-run=client', '--overwrite', '-f', file, 'a=b', '-o', output];
  const { code, stdout, stderr } = await run(kubectl, args, { env: { HOME: folder } });
  return { printed: stdout, failed: code !== 0, crashed: /^panic: /m.test(stderr) };
}

const whole = (document: Json): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', labels: { a: 'b' } },
  document,
});

function byUs(document: Json, template: string, asJSON = false): Printed {
  try {
    return { printed: readTemplate(template, asJSON)(whole(document)), failed: false };
  } catch {
    return { printed: '', failed: true };
  }
}

/** Paths of the cases begin at the document; kubectl's object has it one field deeper. */
const deeper = (template: string) => `{range .document}${template.replaceAll('$.', '@.')}{end}`;

/** kubectl goes through the keys of an object at random. */
const words = (text: string) => text.split(/[\s,|+:]+/).sort();

test('every case of our jsonpath prints what the real kubectl prints over the same JSON', async (t) => {
  for (const [template] of CASES) {
    // Without its own end, our range around it would end with the template's.
    if (template === '{}' || template.includes('{end}{end}') || /range[^}]*}(?!.*{end})/.test(template)) continue;
    const output = deeper(template);
    const theirs = await byKubectl(DOCUMENT, `jsonpath=${output}`);
    const ours = byUs(DOCUMENT, output);
    t.is(ours.failed, theirs.failed, template);
    t.deepEqual(words(ours.printed), words(theirs.printed), template);
    if (theirs.failed || /\*|\.\./.test(template)) continue;
    t.is(ours.printed, theirs.printed, template);
    t.is(byUs(DOCUMENT, output, true).printed, (await byKubectl(DOCUMENT, `jsonpath-as-json=${output}`)).printed);
  }
});

test('random documents and templates print the same as with the real kubectl', async (t) => {
  const key = fc.constantFrom('a', 'b', 'c-d', 'e.f');
  const leaf = fc.oneof(
    fc.constantFrom('', 'x', 'a b', '<&>', 'ä', 'it"s'),
    fc.boolean(),
    fc.integer({ min: -20, max: 2000 }),
    fc.constantFrom(0.5, 1234567.25, 0.00002),
    fc.constant(null),
  );
  // One key an object: kubectl's order of several is random.
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.tuple(key, tie('value')).map(([name, one]): Json => ({ [name]: one })),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  const step = fc.constantFrom(
    ...['.a', '.b', '.c-d', "['e\\.f']", '.e\\.f', '[0]', '[-1]', '[*]', '.*', '..', '[0:2]', '[::2]', '[1]', '[0,1]'],
    ...["['a','b']", '[?(@.a)]', '[?(@.a=="x")]', '[?(@>1)]', '[?(@.b!=true)]', '[?(@..a)]', '[?(@[0]<=3)]', '..a', ''],
  );
  const path = fc.array(step, { maxLength: 4 }).map((steps) => steps.join(''));
  const piece = fc.oneof(
    path.map((one) => `{.document${one}}`),
    fc.constantFrom('text', '{"\\n"}', '{"quoted"}', '{3}', '{true}'),
    fc
      .tuple(path, path)
      .map(
        ([outer, inner]) =>
          `{range .document${outer}}<{${inner.startsWith('.') || inner.startsWith('[') ? '' : '@'}${inner}}>{end}`,
      ),
  );
  const templates = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('|'));
  await fc.assert(
    fc.asyncProperty(value, templates, fc.boolean(), async (document, template, asJSON) => {
      const theirs = await byKubectl(document, `${asJSON ? 'jsonpath-as-json' : 'jsonpath'}=${template}`);
      const ours = byUs(document, template, asJSON);
      fc.pre(!theirs.crashed);
      t.is(ours.failed, theirs.failed, template);
      if (!theirs.failed) t.is(ours.printed, theirs.printed, template);
    }),
    { numRuns: 250 },
  );
});

test('jsonpath over the Nodes of a server prints what kubectl get prints', async (t) => {
  const { stdout } = await plane.kubectl(['get', 'nodes', '-o', 'json']);
  for (const template of [
    '{.items[*].metadata.name}',
    '{range .items[*]}{.metadata.name}{"\\t"}{.spec.podCIDR}{"\\n"}{end}',
    '{.items[?(@.metadata.labels.zone=="a")].spec.podCIDRs}',
    '{.items[*].status.conditions[?(@.type=="Ready")].status}',
    "{.items[0].metadata.labels['kubernetes\\.io/hostname']}",
    '{.items[1].spec}',
    '{.items[-1:].metadata.name}',
  ]) {
    const theirs = await plane.kubectl(['get', 'nodes', '-o', `jsonpath=${template}`]);
    t.is(readTemplate(template, false)(JSON.parse(stdout)), theirs.stdout, template);
  }
});

test('custom columns over the Nodes of a server are those of kubectl get, byte for byte', async (t) => {
  const { items } = JSON.parse((await plane.kubectl(['get', 'nodes', '-o', 'json'])).stdout);
  for (const spec of [
    'NAME:.metadata.name,SUBNET:.spec.podCIDR',
    'NAME:metadata.name,SUBNETS:{.spec.podCIDRs},N:{spec.none}',
    'A:.metadata.labels.zone,B:.spec',
    'A:.status.conditions[*].type,LONGER HEADER:.kind',
    'A:.status.conditions[?(@.type=="Ready")].status,:.kind',
    'ZONE:.metadata.labels.zone,NOTHING:',
  ]) {
    for (const headers of [true, false]) {
      const flags = headers ? [] : ['--no-headers'];
      const theirs = await plane.kubectl(['get', 'nodes', '-o', `custom-columns=${spec}`, ...flags]);
      t.is(renderCustomColumns(readColumns(spec), items, headers), theirs.stdout, theirs.stderr);
    }
  }
});

test('list -o with a template works on what -o json prints, from the command line and from a file', async (t) => {
  const list = (output: string) => runPodcidr(['list', '-l', 'zone', '-o', output], { kubeconfig: plane.kubeconfig });
  const template = '{range .items[*]}{.name} {.podCIDRs[0]} {.findings}{"\\n"}{end}';
  const expected = 'twin-1 10.244.77.0/24 ["SubnetDuplicate"]\n';
  t.is((await list(`jsonpath=${template}`)).stdout, expected);
  const file = join(folder, 'template');
  writeFileSync(file, template);
  t.is((await list(`jsonpath-file=${file}`)).stdout, expected);
  writeFileSync(file, 'NODE      SUBNET\n.name     .podCIDRs[0]\n');
  const table = 'NODE     SUBNET\ntwin-1   10.244.77.0/24\n';
  t.is((await list(`custom-columns-file=${file}`)).stdout, table);
  t.is((await list('custom-columns=NODE:.name,SUBNET:.podCIDRs[0]')).stdout, table);
});
