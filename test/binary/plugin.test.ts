import { dirname } from 'node:path';
import test from 'ava';
import { PROGRAM, program } from './program.ts';
import { makeToolbox, type Toolbox } from './toolbox.ts';

let toolbox: Toolbox;
test.before(async () => {
  toolbox = await makeToolbox(dirname(PROGRAM));
});
test.after.always(() => toolbox?.remove());

test('kubectl finds the program as its plugin podcidr', async (t) => {
  const { stdout, stderr, code } = await toolbox.type('kubectl plugin list');
  t.is(code, 0, stderr);
  t.true(stdout.includes(PROGRAM));
  t.notRegex(stderr, /overshadowed|not executable/);
});

test('kubectl podcidr does the same as the program alone: output, words and exit status', async (t) => {
  for (const args of [['version'], ['--help'], ['list', '--help'], ['no-such-command'], ['list', '--no-such-flag']]) {
    const alone = await program(args, { HOME: toolbox.folder });
    t.deepEqual(await toolbox.type(`kubectl podcidr ${args.join(' ')}`), alone, args.join(' '));
  }
});
