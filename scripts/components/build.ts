import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lib/lock.ts';
import { CACHE } from '../lib/places.ts';
import { run } from '../lib/processes.ts';
import { withProgress } from '../lib/progress.ts';
import { assets } from './assets.ts';
import { type Component, type ComponentName, describeComponent } from './catalogue.ts';

let goVersion: Promise<string> | undefined;

async function askGo(): Promise<string> {
  const { code, stdout } = await run('go', ['version'], { cwd: import.meta.dirname });
  if (code !== 0) throw new Error('Go was not found on the PATH; Go 1.21 or newer is needed to build the components');
  return stdout.trim();
}

/** Where a component is kept: a new name whenever its sources, the compiler or what is linked in change. */
async function cachedFolder(component: Component): Promise<string> {
  goVersion ??= askGo();
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(component.folder, file)));
  hash.update(await goVersion).update(JSON.stringify([component.tools, component.variables]));
  return join(CACHE, 'components', `${component.name}-${hash.digest('hex').slice(0, 16)}`);
}

/** Runs `go build` into `folder`; its words go to our stderr. It ends with us when we are interrupted. */
function goBuild(component: Component, folder: string): Promise<void> {
  const flags = Object.entries(component.variables).map(([name, value]) => `-X ${name}=${value}`);
  const args = ['build', '-mod=readonly', '-ldflags', flags.join(' '), '-o', `${folder}/`];
  // No -trimpath: it would compile everything a second time where Go's cache is warm from a plain build.
  const child = spawn('go', [...args, ...Object.values(component.tools)], {
    cwd: component.folder,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, GOFLAGS: '' },
  });
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', stop);
      if (code === 0) resolve();
      else reject(new Error(`go build of ${component.name} ended with ${code ?? 'a signal'}`));
    });
  });
}

/**
 * Makes sure that a component is in the cache and returns its folder. Finished binaries appear there at once, so that an
 * interrupted build leaves nothing that looks whole; the lock also keeps two builds from sharing two cores.
 */
async function build(component: Component): Promise<string> {
  const folder = await cachedFolder(component);
  if (existsSync(folder)) return folder;
  await withLock(join(CACHE, 'locks', 'build'), `it builds a component that is needed here too`, async () => {
    if (existsSync(folder)) return;
    mkdirSync(join(CACHE, 'components'), { recursive: true });
    const temporary = mkdtempSync(join(CACHE, 'components', '.building-'));
    try {
      const what = `building ${component.name} ${component.version} (${Object.keys(component.tools).join(', ')})`;
      await withProgress(what, component.estimate, () => goBuild(component, temporary));
      renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
  return folder;
}

const folders = new Map<ComponentName, Promise<string>>();

/** Builds a component once a process. */
export function componentFolder(name: ComponentName): Promise<string> {
  const known = folders.get(name) ?? build(describeComponent(name));
  folders.set(name, known);
  return known;
}

/**
 * Path of one binary of a component, built when the cache does not have it.
 * KUBEBUILDER_ASSETS comes first for etcd, and for Kubernetes of the version that it holds.
 */
export async function component(name: ComponentName, tool: string): Promise<string> {
  const ready = await assets();
  if (ready && (name === 'etcd' || name === `kubernetes-${ready.minor}`)) {
    return join(ready.folder, name === 'etcd' ? 'etcd' : tool);
  }
  return join(await componentFolder(name), tool);
}
