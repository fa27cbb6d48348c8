import test from 'ava';
import { sideBySide } from '../../../src/kube/side-by-side.ts';

const NUMBERS = Array.from({ length: 40 }, (_, index) => index);

test('all are done, never more than twelve at a time, and each answer stands at its item', async (t) => {
  let open = 0;
  let most = 0;
  const answers = await sideBySide(NUMBERS, async (number) => {
    open += 1;
    most = Math.max(most, open);
    // The later ones answer first.
    for (let turn = NUMBERS.length; turn > number; turn -= 1) await Promise.resolve();
    open -= 1;
    return number * 2;
  });
  t.deepEqual(
    answers,
    NUMBERS.map((number) => number * 2),
  );
  t.is(most, 12);
  t.deepEqual(await sideBySide([], async () => 1), []);
});

test('a failure is thrown when those on the way have ended, and no other is begun', async (t) => {
  let begun = 0;
  let ended = 0;
  const failing = sideBySide(NUMBERS, async (number) => {
    begun += 1;
    for (let turn = 0; turn < 10 * number; turn += 1) await Promise.resolve();
    ended += 1;
    if (number === 3) throw new Error('the fourth');
  });
  await t.throwsAsync(failing, { message: 'the fourth' });
  t.is(ended, begun);
  t.true(begun < NUMBERS.length);
});
