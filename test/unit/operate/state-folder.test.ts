import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { openStateFolder } from '../../../src/operate/journal/state-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'podcidr-state-'));
test.after.always(() => rmSync(root, { recursive: true, force: true }));

const open = (stateDir: string | undefined, env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
  openStateFolder({ stateDir, env: { HOME: root, ...env }, platform });

test('backups are kept below XDG_STATE_HOME, else below ~/.local/state, for nobody else to read', async (t) => {
  const folder = await open(undefined, { XDG_STATE_HOME: join(root, 'xdg') });
  t.is(folder, join(root, 'xdg', 'kubectl-podcidr'));
  t.is(statSync(folder).mode & 0o777, 0o700);
  t.is(await open(undefined), join(root, '.local/state/kubectl-podcidr'));
});

test("macOS and Windows keep them in the platform's own place", async (t) => {
  t.is(await open(undefined, {}, 'darwin'), join(root, 'Library/Application Support/kubectl-podcidr'));
  t.is(await open(undefined, { LOCALAPPDATA: join(root, 'local') }, 'win32'), join(root, 'local/kubectl-podcidr'));
});

test('a folder that is a symbolic link is refused: a backup could be led elsewhere', async (t) => {
  symlinkSync(root, join(root, 'link'));
  await t.throwsAsync(open(join(root, 'link')), { instanceOf: Failure, message: /symbolic link/ });
});

test('a folder that others can write is refused, with the command that mends it', async (t) => {
  const folder = join(root, 'open');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const error = await t.throwsAsync(open(folder), { instanceOf: Failure, message: /written by others/ });
  t.regex((error as Failure).hint ?? '', /chmod go-w/);
});

test('a file in the place of the folder is refused in one line', async (t) => {
  writeFileSync(join(root, 'file'), '');
  await t.throwsAsync(open(join(root, 'file')), { instanceOf: Failure, message: /is not a folder/ });
  await t.throwsAsync(open(join(root, 'file', 'below')), { instanceOf: Failure, message: /cannot be used/ });
});
