import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { program } from './program.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

test('runs with an empty environment and no Node on the PATH, and says only what was asked', async (t) => {
  const { code, stdout, stderr } = await program(['version'], { PATH: '/nonexistent' });
  t.is(stderr, '');
  t.true(stdout.includes(version), stdout);
  t.is(code, 0);
});

test("ignores the user's NODE_OPTIONS", async (t) => {
  const plain = await program(['version']);
  t.deepEqual(await program(['version'], { NODE_OPTIONS: '--bad-flag' }), plain);
  t.deepEqual(await program(['version'], { NODE_OPTIONS: '--require /nonexistent.js' }), plain);
});

test('takes the flags of Node as its own unknown flags', async (t) => {
  const { code, stdout } = await program(['--eval', 'console.log("evaluated")']);
  t.is(code, 2);
  t.is(stdout, '');
});

test('calls itself kubectl podcidr in every usage text', async (t) => {
  for (const args of [['--help'], ['list', '--help']]) {
    const { code, stdout } = await program(args);
    t.is(code, 0, args.join(' '));
    t.regex(stdout, /kubectl podcidr/);
    t.notRegex(stdout, /kubectl-podcidr </);
  }
});

test('speaks English in every locale', async (t) => {
  const plain = await program(['--help']);
  for (const locale of ['de_DE.UTF-8', 'zh_CN.UTF-8'])
    t.deepEqual(await program(['--help'], { LANG: locale, LC_ALL: locale, LANGUAGE: locale }), plain);
});
