import test from 'ava';
import { Leaving, Left } from '../../../src/operate/leaving.ts';

const never = () => new Promise<string>(() => undefined);

test('who leaves waits for nothing any more', async (t) => {
  const leaving = new Leaving();
  const waits = leaving.race(never);
  leaving.ask('SIGINT');
  await t.throwsAsync(waits, { instanceOf: Left, message: 'SIGINT: stopped at once' });
  let sent = false;
  const later = leaving.race(async () => {
    sent = true;
  });
  await t.throwsAsync(later, { instanceOf: Left });
  t.false(sent, 'nothing more is sent');
  t.throws(() => leaving.shut(), { instanceOf: Left });
});

test('between a DELETE and its POST nobody leaves; afterwards at once', async (t) => {
  const leaving = new Leaving();
  leaving.shut();
  leaving.ask('SIGINT');
  t.false(leaving.left);
  t.is(await leaving.race(async () => 'posted'), 'posted');
  const waits = leaving.race(never);
  leaving.open();
  t.true(leaving.left);
  await t.throwsAsync(waits, { instanceOf: Left });
});

test('a clock and a way to the server end with it', async (t) => {
  const leaving = new Leaving();
  const clock = leaving.clock({ now: () => 1, monotonic: () => 2, sleep: () => new Promise(() => undefined) });
  const wire = leaving.wire({
    server: 'https://server',
    request: () => new Promise(() => undefined),
    stream: () => new Promise(() => undefined),
    socket: () => new Promise(() => undefined),
    credentialsEnd: async () => undefined,
    close: () => undefined,
  });
  const all = [clock.sleep(1), wire.request({ method: 'GET', path: '/' }), wire.stream({ method: 'GET', path: '/' })];
  leaving.ask('SIGTERM');
  for (const one of all) await t.throwsAsync<Left>(one, { instanceOf: Left, message: 'SIGTERM: stopped at once' });
});
