import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { parseSelector } from '../../../src/survey/selector.ts';

const LABELS: Record<string, string> = { zone: 'a', 'kubernetes.io/os': 'linux', empty: '', rank: '5' };

for (const [text, picked] of [
  ['', true],
  ['zone=a', true],
  ['zone==a', true],
  ['zone = a', true],
  ['zone=b', false],
  ['zone!=b', true],
  ['zone!=a', false],
  ['gone!=a', true],
  ['zone in (a,b)', true],
  ['zone in (b, c)', false],
  ['zone notin (b,c)', true],
  ['gone notin (b)', true],
  ['zone', true],
  ['gone', false],
  ['!gone', true],
  ['! zone', false],
  ['empty=', true],
  ['zone=', false],
  ['kubernetes.io/os=linux,zone in (a,b),!gone', true],
  ['zone=a,kubernetes.io/os=windows', false],
  ['rank>4', true],
  ['rank<5', false],
  ['toString', false],
] as const) {
  test(`a selector picks what kubectl's would: ${text || 'empty'}`, (t) => t.is(parseSelector(text)(LABELS), picked));
}

for (const text of [
  '=a',
  'zone=a=b',
  'zone in a',
  'zone in (a',
  '!zone=a',
  'zo ne',
  ',',
  'zone=a,',
  'zone=a/b',
  '-x',
  'rank>x',
  'a/b/c=d',
]) {
  test(`a bad selector is refused and named: ${text}`, (t) => {
    const error = t.throws(() => parseSelector(text), { instanceOf: Failure });
    t.true(error.message.includes(JSON.stringify(text)));
  });
}
