import test from 'ava';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { escapeLine } from '../../../src/render/escape.ts';
import { renderJSON } from '../../../src/render/json.ts';
import { renderYAML } from '../../../src/render/yaml.ts';

/** Characters that a terminal could act on, or that mislead a reader: C0 and C1 but the line end, bidirectional, invisible. */
const RANGES = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe007f],
] as const;

const harmful = (text: string) =>
  [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return RANGES.some(([from, to]) => from <= code && code <= to);
  });

test('text from the cluster reaches the terminal in one line and without a character that acts on it', (t) => {
  t.is(escapeLine('a\u001b[31mred\r\nb\t\u0007\u009b\u202ez'), 'a^[[31mred\\r\\nb\\t\\u0007\\u009b\\u202ez');
  t.is(escapeLine('worker-1 節點 é 🙂'), 'worker-1 節點 é 🙂');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      t.deepEqual(harmful(escapeLine(text)), []);
      t.notRegex(escapeLine(text), /\n/);
    }),
  );
});

for (const [name, render, parse] of [
  ['JSON', renderJSON, (text: string) => JSON.parse(text)],
  ['YAML', renderYAML, (text: string) => load(text)],
] as const) {
  test(`${name} holds every text, and nothing in it acts on a terminal`, (t) => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom(
        'yes',
        'null',
        '1.0',
        '010',
        '2026-11-21T00:00:00Z',
        'a: b',
        '- x',
        '#',
        '\u001b]0;x\u0007',
        'a\nb\u202e',
        ' x ',
        "it's",
        '::1',
        '<<',
        '1e3',
        '0x1F',
        '~',
        'a\n\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(texts), texts, (items, key) => {
        if (key === '__proto__') return;
        const value = { items, [`k${key}`]: key };
        const text = render(value);
        t.deepEqual(harmful(text), []);
        t.deepEqual(parse(text), value);
      }),
      { numRuns: 400 },
    );
  });
}

test('YAML looks as kubectl prints it', (t) => {
  t.is(
    renderYAML({ items: [{ name: 'a', podCIDRs: ['10.244.0.0/24'], findings: [] }], kind: 'X', text: 'yes' }),
    "items:\n- name: a\n  podCIDRs:\n  - 10.244.0.0/24\n  findings: []\nkind: X\ntext: 'yes'\n",
  );
});
