/**
 * Faults of the disk, inside of the program under test: loaded before it, does nothing unless PODCIDR_FILE_FAULTS names a
 * folder. Every operation of node:fs/promises that writes below that folder is counted and noted in PODCIDR_FILE_LOG;
 * PODCIDR_FILE_FAULT, as NUMBER:FAULT, says what happens at which.
 */
import { appendFileSync } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';

const folder = process.env.PODCIDR_FILE_FAULTS;
if (folder !== undefined) injectFaults(resolve(folder));

function injectFaults(below: string): void {
  const [number, fault] = (process.env.PODCIDR_FILE_FAULT ?? '').split(':');
  const log = process.env.PODCIDR_FILE_LOG;
  const { open, rename, mkdir } = promises;
  let count = 0;

  /** Runs one writing operation, or what becomes of it. `half`: what a power cut in the middle leaves. */
  async function disturbed<Value>(
    what: string,
    path: unknown,
    deed: () => Promise<Value>,
    half?: () => Promise<unknown>,
  ): Promise<Value> {
    const whole = resolve(String(path));
    if (whole !== below && !whole.startsWith(below + sep)) return deed();
    count += 1;
    if (log !== undefined) appendFileSync(log, `${what} ${whole.slice(below.length + 1)}\n`);
    // A disk stays full, a folder stays read-only.
    if (fault === 'full' && count >= Number(number) && what !== 'rename')
      throw failure('ENOSPC', 'no space left on device');
    if (fault === 'read-only' && count >= Number(number)) throw failure('EROFS', 'read-only file system');
    if (count !== Number(number)) return deed();
    if (fault === 'kill-before') process.kill(process.pid, 'SIGKILL');
    if (fault === 'kill-half') {
      await half?.();
      process.kill(process.pid, 'SIGKILL');
    }
    const value = await deed();
    if (fault === 'kill-after') process.kill(process.pid, 'SIGKILL');
    return value;
  }

  promises.open = async (path, flags, mode) => {
    const writes = String(flags).startsWith('w');
    const file = await (writes ? disturbed('open', path, () => open(path, flags, mode)) : open(path, flags, mode));
    return watched(file, path, writes);
  };
  promises.rename = (from, to) => disturbed('rename', to, () => rename(from, to));
  promises.mkdir = ((path: string, options: { mode: number }) =>
    disturbed('mkdir', path, () => mkdir(path, options))) as typeof mkdir;
  syncBuiltinESMExports();

  function watched(file: FileHandle, path: unknown, writes: boolean): FileHandle {
    const { writeFile, sync } = file;
    file.writeFile = (data, options) =>
      disturbed(
        'write',
        path,
        () => writeFile.call(file, data, options),
        () => writeFile.call(file, String(data).slice(0, String(data).length / 2), options),
      );
    file.sync = () => disturbed(writes ? 'sync' : 'sync folder of', path, () => sync.call(file));
    return file;
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
