import test from 'ava';
import { operationTime } from '../../../src/operate/journal/names.ts';
import { isOld } from '../../../src/operate/journal/old.ts';

const NOW = Date.parse('2026-11-21T03:45:01Z');
const days = (count: number) => new Date(NOW - count * 24 * 3600 * 1000).toISOString();

test('what is done is old after 30 days, counted from when it was done; what is open never is', (t) => {
  t.true(isOld({ state: 'finished', at: days(30.1) }, NOW));
  t.true(isOld({ state: 'rolledBack', at: days(31) }, NOW));
  t.false(isOld({ state: 'finished', at: days(29.9) }, NOW));
  t.false(isOld({ state: 'open', at: days(400) }, NOW));
});

test('an id says when its operation began; anything else says nothing', (t) => {
  t.is(operationTime('20261121-034501-1f2e3d'), NOW);
  for (const id of ['20261121-034501-1f2e3d.forgotten', 'x', '', '20261121-034501'])
    t.is(operationTime(id), Number.NaN, id);
});
