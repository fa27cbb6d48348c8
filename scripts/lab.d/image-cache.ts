import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lib/lock.ts';
import { CACHE } from '../lib/places.ts';
import { run } from '../lib/processes.ts';

const IMAGES = join(CACHE, 'images');

/**
 * Path of something of the lab's images in the cache, made when it is not there. `make`: makes it below a folder that goes afterwards,
 * and returns its path there.
 */
export async function cached(name: string, make: (folder: string) => Promise<string>): Promise<string> {
  const path = join(IMAGES, name);
  if (existsSync(path)) return path;
  return withLock(join(CACHE, 'locks', 'images'), 'it makes the images of the lab', async () => {
    if (existsSync(path)) return path;
    mkdirSync(IMAGES, { recursive: true });
    const folder = mkdtempSync(join(IMAGES, '.making-'));
    try {
      renameSync(await make(folder), path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return path;
  });
}

/** Runs a command to its end and returns its stdout; throws with what it said when it fails. */
export async function must(file: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(file, args);
  if (code !== 0) throw new Error(`${file} ${args.slice(0, 3).join(' ')}: ${stderr.trim().slice(-400)}`);
  return stdout;
}
