import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { run } from '../../../../scripts/lib/processes.ts';
import { askingScript, readAnswers } from '../../../../src/operate/verify/asking.ts';
import { pingScript } from '../../../../src/operate/verify/existing-pods.ts';

const QUESTIONS = [
  { address: '10.244.1.5', name: 'podcidr-probe-1-0' },
  { address: 'fd00:10:244::5', name: 'podcidr-probe-1-1' },
  { address: '10.244.3.5', name: 'podcidr-probe-1-2' },
];

test('only the right name counts: a twin that answers is no answer', (t) => {
  t.deepEqual(readAnswers(QUESTIONS, '1 podcidr-probe-1-1\n0 podcidr-probe-1-2\n2 \n'), [
    { state: 'wrong', name: 'podcidr-probe-1-2' },
    { state: 'right' },
    { state: 'none' },
  ]);
});

test('what was cut off, or printed by something else, is no answer', (t) => {
  const none = QUESTIONS.map(() => ({ state: 'none' }));
  for (const output of ['', '0', 'sh: nc: oops\n', '7 podcidr-probe-1-0\n', '\n\n']) {
    t.deepEqual(readAnswers(QUESTIONS, output), none, JSON.stringify(output));
  }
  const [answer] = readAnswers(QUESTIONS, `0 ${'x'.repeat(500)}\u001b[2J\n`);
  t.deepEqual(answer, { state: 'wrong', name: 'x'.repeat(64) });
});

/** Runs a script with this machine's sh, and an nc and a ping of ours before its own. */
function runScript(t: ExecutionContext, script: string, tools: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-asking-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, body] of Object.entries(tools))
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return run('sh', ['-c', script], { env: { PATH: `${folder}:${process.env.PATH}`, FOLDER: folder } });
}

test('the script asks all at once, again where nothing came, and prints a line each', async (t) => {
  // Arguments: -w SECONDS ADDRESS PORT. The second answers at its second try, the third never.
  const nc = `case "$3" in
    10.244.1.5) echo podcidr-probe-1-0; echo more ;;
    fd00:10:244::5) if [ -e $FOLDER/asked ]; then echo podcidr-probe-1-1; else touch $FOLDER/asked; exit 1; fi ;;
    *) exit 1 ;;
  esac`;
  const { code, stdout } = await runScript(t, askingScript(QUESTIONS, 1000), { nc });
  t.is(code, 0);
  t.deepEqual(readAnswers(QUESTIONS, stdout), [{ state: 'right' }, { state: 'right' }, { state: 'none' }]);
});

test('a pod that takes the connection and says nothing does not hold the script up for long', async (t) => {
  const { stdout } = await runScript(t, askingScript(QUESTIONS, 0), { nc: 'exec sleep 60' });
  t.deepEqual(readAnswers(QUESTIONS, stdout), [{ state: 'none' }, { state: 'none' }, { state: 'none' }]);
});

test('pings tell which addresses answered', async (t) => {
  const ping = '[ "$5" = 10.244.2.9 ]';
  const { stdout } = await runScript(t, pingScript(['10.244.1.9', '10.244.2.9']), { ping });
  t.is(stdout, '1\n');
});

test('an image without the tools is told by exit code 127', async (t) => {
  for (const script of [askingScript(QUESTIONS, 0), pingScript(['10.244.1.9'])]) {
    const { code } = await run('/bin/sh', ['-c', script], { env: { PATH: '/nowhere' } });
    t.is(code, 127);
  }
});
