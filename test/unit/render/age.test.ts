import test from 'ava';
import { renderAge } from '../../../src/render/age.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

/** From apimachinery/pkg/util/duration/duration_test.go:TestHumanDuration, and the borders between its rules. */
for (const [ms, expected] of [
  [S, '1s'],
  [70 * S, '70s'],
  [190 * S, '3m10s'],
  [70 * M, '70m'],
  [47 * H, '47h'],
  [49 * H, '2d1h'],
  [8 * D + 2 * H, '8d'],
  [367 * D, '367d'],
  [365 * 2 * D + 25 * H, '2y1d'],
  [365 * 8 * D + 2 * H, '8y'],
  [0, '0s'],
  [-1 * S, '0s'],
  [-1.999 * S, '0s'],
  [-2 * S, '<invalid>'],
  [119 * S, '119s'],
  [120 * S, '2m'],
  [599 * S, '9m59s'],
  [600 * S, '10m'],
  [179 * M, '179m'],
  [180 * M, '3h'],
  [181 * M, '3h1m'],
  [8 * H - S, '7h59m'],
  [8 * H + 30 * M, '8h'],
  [48 * H, '2d'],
  [8 * D - H, '7d23h'],
  [365 * D, '365d'],
  [2 * 365 * D, '2y'],
  [9 * 365 * D, '9y'],
  [undefined, '<unknown>'],
] as const) {
  test(`an age is written as kubectl writes it: ${expected} for ${ms} ms`, (t) => t.is(renderAge(ms), expected));
}
