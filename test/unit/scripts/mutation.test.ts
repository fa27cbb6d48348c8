import test from 'ava';
import { sampleOf } from '../../../scripts/mutation/sample.ts';
import { schemataOf } from '../../../scripts/mutation/schemata.ts';

const mutants = (source: string) =>
  schemataOf('x.ts', source, 0).mutants.map(
    ({ kind, original, replacement }) => `${kind}: ${original} → ${replacement}`,
  );

/** A text with something in it. */
const WORDS = ['`no $', '{x}`'].join('');

/** What the code answers with one mutant awake. */
function answer(source: string, awake: number): unknown {
  const { text } = schemataOf('x.ts', source, 0);
  return new Function('$mutant', `${text}; return answer();`)((id: number) => id === awake);
}

test('each change of a line is a mutant, and types, names and patterns are none', (t) => {
  t.deepEqual(
    mutants("type A = 'x'; const { a = 1 }: { a?: number } = { 'b': 2 } as const; const p = /x/.source;"),
    [],
  );
  t.deepEqual(mutants("const same = (a: number, b?: string) => a <= 3 && b === 'x';"), [
    "condition: a <= 3 && b === 'x' → true",
    "condition: a <= 3 && b === 'x' → false",
    "logic: a <= 3 && b === 'x' → (a <= 3) || (b === 'x')",
    'comparison: a <= 3 → (a) < (3)',
    'comparison: a <= 3 → (a) > (3)',
    "comparison: b === 'x' → (b) !== ('x')",
    "string: 'x' → ''",
  ]);
  t.deepEqual(
    mutants(
      'function f(): string[] { if (!ready) throw new Error(WORDS); return list.filter(Boolean); }'.replace(
        'WORDS',
        WORDS,
      ),
    ),
    [
      'condition: !ready → true',
      'condition: !ready → false',
      'logic: !ready → ready',
      `statement: throw new Error(${WORDS}); → `,
      `string: ${WORDS} → ''`,
      'method: list.filter(Boolean) → list',
      'array: list.filter(Boolean) → []',
    ],
  );
  t.deepEqual(mutants("name + 'x'; list?.filter(f).length"), [
    "statement: name + 'x'; → ",
    "string: 'x' → ''",
    'statement: list?.filter(f).length → ',
  ]);
});

test('asleep the code is what it was; awake one mutant changes what it says', (t) => {
  const source =
    'function answer() { let n = 0; for (let i = 0; i < 3; i++) { if (i === 1) continue; n += i; } return n + 1; }';
  t.is(answer(source, -1), 3);
  const answers = mutants(source).flatMap((words, id) =>
    /i--|^condition: i < 3|i \+\+/.test(words) ? [] : [`${words}: ${answer(source, id)}`],
  );
  t.deepEqual(answers, [
    'comparison: i < 3 → (i) <= (3): 6',
    'comparison: i < 3 → (i) >= (3): 1',
    'condition: i === 1 → true: 1',
    'condition: i === 1 → false: 4',
    'comparison: i === 1 → (i) !== (1): 2',
    'statement: continue; → : 4',
    'statement: n += i; → : 1',
    'arithmetic: n += i → n -= (i): -1',
    'arithmetic: n + 1 → n - (1): 1',
  ]);
});

test('a sample is the same for the same seed, another for another, and keeps the order', (t) => {
  const all = Array.from({ length: 200 }, (_, at) => at);
  const one = sampleOf(all, { size: 20, seed: 1 });
  t.is(new Set(one).size, 20);
  t.deepEqual(one, sampleOf(all, { size: 20, seed: 1 }));
  t.deepEqual(
    one,
    one.toSorted((a, b) => a - b),
  );
  t.notDeepEqual(one, sampleOf(all, { size: 20, seed: 2 }));
});
