import test from 'ava';
import { durationText, goDuration, parseTimeout } from '../../../src/model/duration.ts';
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

test('durations are read as Go reads them: a unit is needed', (t) => {
  t.deepEqual(
    ['5m', '1h30m', '250ms', '0', '-5s', '0s', '5', '', 'm', '5 m'].map((text) => goDuration(text)),
    [300_000, 5_400_000, 250, 0, -5000, 0, undefined, undefined, undefined, undefined],
  );
});

test('durations are written as Go writes them', (t) => {
  t.deepEqual([0, 50, 5000, 1500, 90_000, 300_000, 7_200_000, 5_400_000].map(durationText), [
    '0s',
    '50ms',
    '5s',
    '1.5s',
    '1m30s',
    '5m0s',
    '2h0m0s',
    '1h30m0s',
  ]);
});
