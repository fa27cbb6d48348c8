import test from 'ava';
import { type Progress, renderProgress } from '../../../src/render/progress.ts';
import { displayWidth } from '../../../src/render/width.ts';

const one: Progress = { done: 0, total: 1, node: 'worker-12', doing: 'drained', elapsed: 3_400 };
const many: Progress = { ...one, done: 7, total: 20 };

test('the node in hand is shown with its step and its time', (t) => {
  t.is(renderProgress(one, 80), 'node/worker-12: draining 3s');
  t.is(renderProgress({ ...one, doing: 'posted', elapsed: 0 }, 80), 'node/worker-12: changing its subnet 0s');
  t.is(
    renderProgress({ ...one, total: 3, done: 2, doing: 'settled', elapsed: 65_000 }, 80),
    'node/worker-12: waiting until it is Ready 1m5s',
  );
  t.is(renderProgress({ ...one, doing: 'cooldown', elapsed: 3_660_000 }, 80), 'node/worker-12: cooling down 1h1m');
});

test('more than three nodes get a bar', (t) => {
  t.is(renderProgress(many, 80), '[###.......] 7/20 worker-12: draining 3s');
  t.is(renderProgress({ ...many, done: 0, total: 4 }, 80), '[..........] 0/4 worker-12: draining 3s');
  t.is(
    renderProgress({ ...many, done: 20, node: undefined, doing: 'heartbeats' }, 80),
    '[##########] 20/20 waiting for heartbeats 3s',
  );
});

test('what has many parts says how many are done', (t) => {
  t.is(
    renderProgress({ ...many, done: 20, node: undefined, doing: 'peers', part: [40, 312] }, 80),
    '[##########] 20/20 looking at the routes of the other nodes 40/312 3s',
  );
});

test('what does not fit the terminal is left away, the bar first', (t) => {
  const whole = '[###.......] 7/20 worker-12: draining 3s';
  t.is(renderProgress(many, whole.length + 1), whole);
  t.is(renderProgress(many, whole.length), '7/20 worker-12: draining 3s');
  t.is(renderProgress(many, 20), '7/20 worker-12: dr…');
  for (let columns = 0; columns < 60; columns += 1) {
    t.true(displayWidth(renderProgress(many, columns)) <= Math.max(columns - 1, 0), `${columns}`);
    t.true(displayWidth(renderProgress(one, columns)) <= Math.max(columns - 1, 0), `${columns}`);
  }
});

test('a name does nothing to the terminal, and takes a column a character', (t) => {
  t.is(renderProgress({ ...one, node: '\u001b[31m\n節' }, 80), 'node/^[[31m\\n?: draining 3s');
});
