import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { ROOT } from '../../../scripts/lib/places.ts';

const PROGRAM = ['test/main.ts', 'list', '-f', 'test/fixtures/healthy/kubeadm-flannel-vxlan.yaml', '-o', 'json'];

/** Runs it with its stdout going to `stdout`; `read` gets the other end of a pipe. */
function start(stdout: number | 'pipe') {
  const child = spawn(process.execPath, PROGRAM, { cwd: ROOT, stdio: ['ignore', stdout, 'pipe'] });
  return { child, said: child.stderr ? text(child.stderr) : Promise.resolve(''), ended: once(child, 'close') };
}

test('what a full disk does not take is an error', async (t) => {
  if (!existsSync('/dev/full')) return void t.pass('only Linux has a disk that is always full');
  const { said, ended } = start(openSync('/dev/full', 'w'));
  t.deepEqual(await ended, [2, null]);
  t.regex(await said, /^error: write \/dev\/stdout: no space left on device$/m);
});

test('a reader that has had enough is none', async (t) => {
  const { child, said, ended } = start('pipe');
  child.stdout?.destroy();
  t.deepEqual(await ended, [0, null]);
  t.notRegex(await said, /error/);
});
