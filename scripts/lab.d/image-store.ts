import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from '../lib/lock.ts';
import { CACHE } from '../lib/places.ts';
import { endAll, run, until } from '../lib/processes.ts';
import { startDetached } from './detached.ts';
import { CONTAINERD_CONFIG } from './machine-config.ts';

/** How long a containerd may take to answer. */
const LIMIT_MS = 30_000;

async function must(file: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(file, args);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr.trim().slice(-400)}`);
  return stdout;
}

/** Lets a containerd of its own unpack the images below `folder`/root, and ends it. */
async function unpack(folder: string, archives: string[]): Promise<void> {
  const [config, address] = [join(folder, 'config.toml'), join(folder, 'containerd.sock')];
  writeFileSync(config, CONTAINERD_CONFIG);
  const places = ['--root', join(folder, 'root'), '--state', join(folder, 'state'), '--address', address];
  const containerd = startDetached(join(folder, 'log'), ['containerd', '--config', config, ...places]);
  const ctr = (...args: string[]) => ['--address', address, '-n', 'k8s.io', ...args];
  try {
    const answers = async () => (await run('ctr', ctr('version'))).code === 0;
    if (!(await until(answers, LIMIT_MS, 100))) throw new Error('containerd does not answer');
    for (const archive of archives) await must('ctr', ctr('images', 'import', archive));
  } finally {
    await endAll([containerd], LIMIT_MS);
  }
}

/**
 * The folder of a containerd that has unpacked these images, for `furnish`: made once and cached, because to unpack takes each machine
 * of each lab more time than anything else.
 */
export async function imageStore(archives: string[]): Promise<string> {
  const made = [await must('containerd', ['--version']), CONTAINERD_CONFIG, ...archives.map((path) => basename(path))];
  const hash = createHash('sha256').update(made.join('\n')).digest('hex').slice(0, 16);
  const store = join(CACHE, 'images', `store-${hash}`);
  if (existsSync(store)) return store;
  return withLock(join(CACHE, 'locks', 'images'), 'it makes the images of the lab', async () => {
    if (existsSync(store)) return store;
    mkdirSync(join(CACHE, 'images'), { recursive: true });
    const folder = mkdtempSync(join(CACHE, 'images', '.making-'));
    try {
      await unpack(folder, archives);
      renameSync(join(folder, 'root'), store);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return store;
  });
}

/**
 * Puts a store into the folder that a machine's containerd is to begin with. Content and layers are never written to again, so they
 * are linked where both folders are on one disk; the databases are copied.
 */
export async function furnish(store: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const linked = await run('cp', ['-al', `${store}/.`, folder]);
  if (linked.code !== 0) await must('cp', ['-a', '--remove-destination', `${store}/.`, folder]);
  const databases = (await must('find', [store, '-name', '*.db', '-printf', '%P\\n'])).split('\n').filter(Boolean);
  for (const name of databases) await must('cp', ['-a', '--remove-destination', join(store, name), join(folder, name)]);
}
