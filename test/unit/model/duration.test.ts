import test from 'ava';
import { parseTimeout } from '../../../src/model/duration.ts';
import { Failure } from '../../../src/model/failure.ts';

test('--request-timeout takes what kubectl takes', (t) => {
  const taken: Record<string, number> = {
    '0': 0,
    '30': 30_000,
    '+30': 30_000,
    '0s': 0,
    '5s': 5000,
    '1m30s': 90_000,
    '500ms': 500,
    '1.5h': 5_400_000,
    '.5s': 500,
    '1.s': 1000,
    '100µs': 0.1,
    '100us': 0.1,
    '-5s': 0,
  };
  for (const [text, ms] of Object.entries(taken)) t.is(parseTimeout(text), ms, text);
});

test('--request-timeout refuses what kubectl refuses, in its words', (t) => {
  for (const text of ['x', '5x', '-5', '5 s', '1.5', 's', '.', '1m30', '5S', 'ms5', '1e3', ' 5', '5\n']) {
    const error = t.throws(() => parseTimeout(text), { instanceOf: Failure }, text);
    t.regex(error?.message ?? '', /^Invalid timeout value\. Timeout must be a single integer in seconds/);
  }
});
