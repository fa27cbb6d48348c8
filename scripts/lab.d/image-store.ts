import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { endAll, run, until } from '../lib/processes.ts';
import { startDetached } from './detached.ts';
import { cached, must } from './image-cache.ts';
import { CONTAINERD_CONFIG } from './machine-config.ts';

/** How long a containerd may take to answer. */
const LIMIT_MS = 30_000;

/** Lets a containerd of its own unpack the images, and ends it. Resolves with its folder, below `folder`. */
async function unpack(folder: string, archives: string[]): Promise<string> {
  const [config, address] = [join(folder, 'config.toml'), join(folder, 'containerd.sock')];
  writeFileSync(config, CONTAINERD_CONFIG);
  const root = join(folder, 'root');
  const places = ['--root', root, '--state', join(folder, 'state'), '--address', address];
  const containerd = startDetached(join(folder, 'log'), ['containerd', '--config', config, ...places]);
  const ctr = (...args: string[]) => ['--address', address, '-n', 'k8s.io', ...args];
  try {
    const answers = async () => (await run('ctr', ctr('version'))).code === 0;
    if (!(await until(answers, LIMIT_MS, 100))) throw new Error('containerd does not answer');
    for (const archive of archives) await must('ctr', ctr('images', 'import', archive));
  } finally {
    await endAll([containerd], LIMIT_MS);
  }
  return root;
}

/**
 * The folder of a containerd that has unpacked these images, for `furnish`: made once and cached, because to unpack takes each machine
 * of each lab more time than anything else.
 */
export async function imageStore(archives: string[]): Promise<string> {
  const made = [await must('containerd', ['--version']), CONTAINERD_CONFIG, ...archives.map((path) => basename(path))];
  const hash = createHash('sha256').update(made.join('\n')).digest('hex').slice(0, 16);
  return cached(`store-${hash}`, (folder) => unpack(folder, archives));
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
