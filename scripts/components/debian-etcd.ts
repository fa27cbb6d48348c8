import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lib/lock.ts';
import { CACHE } from '../lib/places.ts';
import { run } from '../lib/processes.ts';
import { say } from '../lib/progress.ts';

/** Debian's package with an etcd that has the v2 API still (--enable-v2): 3.4, until trixie. */
const PACKAGE = 'etcd-server';

/** The etcd of Debian's package, or why this machine has none. */
export type DebianEtcd = { binary: string } | { obstacle: string };

let found: Promise<DebianEtcd> | undefined;

/** Unpacks it into the cache once, beside the components; nothing is installed. */
export function debianEtcd(): Promise<DebianEtcd> {
  found ??= withLock(join(CACHE, 'locks', PACKAGE), `it unpacks Debian's ${PACKAGE}`, fetchOnce);
  return found;
}

async function fetchOnce(): Promise<DebianEtcd> {
  const folder = join(CACHE, 'debian', PACKAGE);
  const binary = join(folder, 'usr', 'bin', 'etcd');
  if (!existsSync(binary)) {
    const obstacle = await fetchInto(folder);
    if (obstacle !== undefined) return { obstacle };
  }
  const { stdout } = await run(binary, ['--version']);
  const version = /^etcd Version: (\S+)/.exec(stdout)?.[1] ?? '';
  return version.startsWith('3.4.')
    ? { binary }
    : { obstacle: `Debian's ${PACKAGE} is ${version}, without the v2 API` };
}

/** Undefined when it is there. */
async function fetchInto(folder: string): Promise<string | undefined> {
  if (!existsSync('/usr/bin/apt-get')) return `etcd 3.4 comes from Debian's package ${PACKAGE}: this is no Debian`;
  mkdirSync(join(CACHE, 'debian'), { recursive: true });
  const temporary = mkdtempSync(join(CACHE, 'debian', '.unpacking-'));
  try {
    say(`fetching Debian's package ${PACKAGE}`);
    const fetch = () => run('apt-get', ['download', '-qq', PACKAGE], { cwd: temporary });
    let fetched = await fetch();
    if (fetched.code !== 0) {
      await run('apt-get', ['update', '-qq']);
      fetched = await fetch();
    }
    const [archive] = readdirSync(temporary).filter((name) => name.endsWith('.deb'));
    if (archive === undefined) return `apt-get download ${PACKAGE}: ${fetched.stderr.trim().split('\n').at(-1)}`;
    const { code, stderr } = await run('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: temporary });
    if (code !== 0) return `dpkg-deb -x ${archive}: ${stderr.trim()}`;
    renameSync(join(temporary, 'unpacked'), folder);
    return undefined;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
