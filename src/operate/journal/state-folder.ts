import { lstat, mkdir, open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';

/** What decides where local copies are kept. */
export interface StateFolderOptions {
  /** --state-dir; undefined when it was not given. */
  stateDir: string | undefined;
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
}

/**
 * The folder of the local copies: --state-dir, or $XDG_STATE_HOME/kubectl-podcidr (default ~/.local/state/…), on macOS and
 * Windows the platform's own place. It is made when it is not there.
 * Throws Failure when it is a symbolic link, can be written by others, or cannot be made: a backup that somebody else can
 * change is none.
 */
export async function openStateFolder(options: StateFolderOptions): Promise<string> {
  const folder = resolve(stateFolder(options));
  const hint = 'name another folder with --state-dir';
  try {
    await makeFolder(folder);
    const state = await lstat(folder);
    if (state.isSymbolicLink()) throw new Failure(`the state folder ${folder} is a symbolic link`, { hint });
    if (!state.isDirectory()) throw new Failure(`the state folder ${folder} is not a folder`, { hint });
    if (options.platform !== 'win32' && (state.mode & 0o022) !== 0) {
      throw new Failure(`the state folder ${folder} can be written by others`, {
        hint: `chmod go-w ${folder}, or ${hint}`,
      });
    }
    return folder;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`the state folder ${folder} cannot be used: ${(error as Error).message}`, { hint });
  }
}

/** Node's own recursive mkdir never returns below a folder that takes no new ones, such as /proc. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path || (await exists(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
  await flushFolder(dirname(path));
}

/** After this a power cut no longer takes away what was made in the folder. */
export async function flushFolder(path: string): Promise<void> {
  // Windows cannot open a folder; its rename is durable by the file system's journal.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function stateFolder({ stateDir, env, platform }: StateFolderOptions): string {
  if (stateDir !== undefined) return stateDir;
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, 'kubectl-podcidr');
  const home = env.HOME ?? homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'kubectl-podcidr');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'kubectl-podcidr');
  return join(home, '.local', 'state', 'kubectl-podcidr');
}
