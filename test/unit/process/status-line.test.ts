import test from 'ava';
import { StatusLine } from '../../../src/process/status-line.ts';

/** What a terminal of one line at a time shows in the end: lines above, and the one at the bottom. */
function screen(written: string): { above: string[]; bottom: string } {
  const lines = written.split('\n').map((line) => line.split('\r\x1b[K').at(-1) ?? '');
  return { bottom: lines.pop() ?? '', above: lines };
}

function terminal() {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  return { written, write, line: new StatusLine(write, () => 80), shows: () => screen(written.join('')) };
}

test('words that come meanwhile stand above the line, which is drawn again below them', (t) => {
  const { line, write, shows, written } = terminal();
  line.show((columns) => `draining, ${columns} columns`);
  line.above('pod/a evicted\n', write);
  line.above('node/x drained\n', write);
  t.deepEqual(shows(), { above: ['pod/a evicted', 'node/x drained'], bottom: 'draining, 80 columns' });
  line.show(() => 'finishing');
  t.is(shows().bottom, 'finishing');
  line.show(undefined);
  t.deepEqual(shows(), { above: ['pod/a evicted', 'node/x drained'], bottom: '' });
  const before = written.length;
  line.above('after it\n', write);
  t.deepEqual(written.slice(before), ['after it\n']);
});

test('what the terminal itself echoes is wiped with the line', (t) => {
  const { line, write, shows } = terminal();
  line.show(() => 'draining');
  write('^C');
  line.above('SIGINT: finishing\n', write);
  t.deepEqual(shows(), { above: ['SIGINT: finishing'], bottom: 'draining' });
});

test('the same text is not written twice', (t) => {
  const { line, written } = terminal();
  line.show(() => 'draining 1s');
  line.show(() => 'draining 1s');
  t.deepEqual(written, ['\r\x1b[Kdraining 1s']);
});

test('nothing is drawn while the line says that the terminal is not to be touched', (t) => {
  const { line, write, written } = terminal();
  let quiet = true;
  line.show(() => (quiet ? undefined : 'swapping'));
  t.deepEqual(written, []);
  line.above('Warning: it is not back yet\n', write);
  t.is(screen(written.join('')).bottom, '');
  quiet = false;
  line.above('it is back\n', write);
  t.is(screen(written.join('')).bottom, 'swapping');
});

test('text without a line end is not written over', (t) => {
  const { line, write, shows } = terminal();
  line.show(() => 'draining');
  line.above('half', write);
  t.is(shows().bottom, 'half');
  line.above(' and half\n', write);
  t.deepEqual(shows(), { above: ['half and half'], bottom: 'draining' });
});

test('it draws itself again as time passes', async (t) => {
  const { line, shows } = terminal();
  let looks = 0;
  await new Promise<void>((resolve) => {
    line.show(() => {
      looks += 1;
      if (looks === 3) resolve();
      return `look ${looks}`;
    });
    // The line keeps no process alive by itself.
    const alive = setInterval(() => looks >= 3 && clearInterval(alive), 20);
  });
  t.is(shows().bottom, 'look 3');
  line.show(undefined);
});
