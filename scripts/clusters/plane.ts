import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assets } from '../components/assets.ts';
import { component } from '../components/build.ts';
import { COMPONENTS, type ComponentName, describeComponent } from '../components/catalogue.ts';
import { withLock } from '../lib/lock.ts';
import { CACHE } from '../lib/places.ts';
import { endAll, identityOf, isAlive, type ProcessIdentity, signal, until } from '../lib/processes.ts';
import { PlaneFiles, type PlaneNetwork, type PlanePlan, type PlaneState, type PlaneWish } from './plane-files.ts';

export interface PlaneOptions {
  dir: string;
  /** Major and minor; default: that of KUBEBUILDER_ASSETS, else 1.36. */
  kubernetes?: string;
  kwok?: boolean;
  /** Flags of kube-controller-manager, each one word. */
  controllerManager?: string[];
  /** --service-cluster-ip-range of kube-apiserver, and ours for the controller manager. */
  serviceCIDR?: string;
  /** Runs it, with kube-scheduler, in another network namespace; the caller leads its port of the loopback there. */
  network?: PlaneNetwork;
  /** The plane ends itself when this process is gone. */
  owner?: number;
  /** The directory is for this plane alone, and is removed with whatever others have put there. */
  disposable?: boolean;
}

/** The versions that `--kubernetes` takes. */
async function kubernetesVersions(): Promise<string[]> {
  const built = COMPONENTS.flatMap((name) => /^kubernetes-(.*)$/.exec(name)?.[1] ?? []);
  const ready = await assets();
  return [...new Set([...(ready ? [ready.minor] : []), ...built])];
}

async function makePlan(options: PlaneOptions): Promise<{ plan: PlanePlan; kubectl: string }> {
  const versions = await kubernetesVersions();
  const minor = options.kubernetes ?? versions[0] ?? '';
  if (!versions.includes(minor)) throw new Error(`--kubernetes ${minor} is not one of ${versions.join(', ')}`);
  const ready = await assets();
  const name = `kubernetes-${minor}` as ComponentName;
  const binaries = {
    etcd: await component('etcd', ready ? 'etcd' : 'server'),
    apiServer: await component(name, 'kube-apiserver'),
    controllerManager: await component(name, 'kube-controller-manager'),
    ...(options.kwok && { kwok: await component('kwok', 'kwok') }),
    ...(options.network && { scheduler: await component('kubelet-1.36', 'kube-scheduler') }),
  };
  const plan: PlanePlan = {
    version: ready?.minor === minor ? ready.version : describeComponent(name).version,
    binaries,
    serviceCIDR: options.serviceCIDR ?? '10.96.0.0/16',
    ...(options.network && { network: options.network }),
    ...(options.disposable && { disposable: true }),
    ...(options.owner !== undefined && { owner: identityOf(options.owner) }),
  };
  return { plan, kubectl: await component(name, 'kubectl') };
}

function runningState(files: PlaneFiles): PlaneState | undefined {
  const state = files.readState();
  return state && isAlive(state.supervisor) ? state : undefined;
}

/** Processes of a plane whose supervisor was killed, or that still end. */
function leftovers(state: PlaneState): ProcessIdentity[] {
  return [state.supervisor, ...Object.values(state.children)].filter(isAlive);
}

/** Starts the process that stays behind: in a session of its own, with no descriptor and no directory of ours. */
function spawnSupervisor(files: PlaneFiles, network?: PlaneNetwork): ProcessIdentity {
  const log = openSync(files.log('supervisor'), 'a', 0o600);
  const main = join(import.meta.dirname, 'supervisor-main.ts');
  const env = { PATH: '/usr/bin:/bin', ...(process.env.GOMAXPROCS && { GOMAXPROCS: process.env.GOMAXPROCS }) };
  const command = [...(network ? ['nsenter', `--net=${network.namespace}`] : []), process.execPath, main, files.dir];
  const child = spawn(command[0] ?? '', command.slice(1), {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: files.dir,
    env,
  });
  closeSync(log);
  child.unref();
  return identityOf(child.pid ?? -1);
}

/** Starts a control plane and resolves when it is ready. Throws, with everything ended, when it does not get ready. */
export async function planeUp(options: PlaneOptions): Promise<PlaneState & { kubeconfig: string }> {
  const files = new PlaneFiles(resolve(options.dir));
  const running = runningState(files);
  if (running)
    throw new Error(`a control plane runs in ${files.dir} already (${running.server ?? 'starting'}); end it with down`);
  const { plan, kubectl } = await makePlan(options);
  const lockName = `plane-${Buffer.from(files.dir).toString('base64url').slice(-120)}`;
  return withLock(join(CACHE, 'locks', lockName), `it works on ${files.dir}`, async () => {
    const old = files.readState();
    if (old && isAlive(old.supervisor)) throw new Error(`a control plane runs in ${files.dir} already`);
    if (old) await endAll(leftovers(old), 500);
    files.create();
    symlinkSync(kubectl, files.path('bin', 'kubectl'));
    files.writePlan(plan);
    files.writeWish({ generation: 1, flags: options.controllerManager ?? [], stopped: false });
    const supervisor = spawnSupervisor(files, options.network);
    const stop = () => signal(supervisor, 'SIGTERM');
    process.once('exit', stop);
    try {
      await until(() => !isAlive(supervisor) || files.readState()?.phase === 'ready', 150_000, 30);
    } finally {
      process.off('exit', stop);
    }
    const state = files.readState();
    if (state?.phase === 'ready' && isAlive(supervisor)) return { ...state, kubeconfig: files.kubeconfig };
    await endAll([supervisor, ...(state ? leftovers(state) : [])], 5_000);
    throw new Error(`${state?.error ?? 'the supervisor ended'} (logs: ${files.path('logs')})`);
  });
}

/** Ends the control plane of a directory and removes its files. Says whether there was one. */
export async function planeDown(dir: string): Promise<boolean> {
  const files = new PlaneFiles(resolve(dir));
  if (!existsSync(files.path('plan.json'))) return false;
  const state = files.readState();
  if (state) {
    await endAll([state.supervisor], 10_000);
    await endAll(leftovers(files.readState() ?? state), 500);
  }
  files.remove();
  return true;
}

/** Changes the flags of a running plane's controller manager, or stops it. Resolves when the new one leads. */
export async function changeControllerManager(dir: string, change: { flags: string[] } | 'stop'): Promise<void> {
  await changeWish(dir, (wish) => ({
    ...wish,
    flags: change === 'stop' ? wish.flags : change.flags,
    stopped: change === 'stop',
  }));
}

/** Ends kube-apiserver and starts it again on the same port. Resolves when it is ready. */
export async function restartAPIServer(dir: string): Promise<void> {
  await changeWish(dir, (wish) => ({ ...wish, apiServerStarts: (wish.apiServerStarts ?? 1) + 1 }));
}

/** Hands a changed wish to the supervisor and waits until it is fulfilled. Throws when it cannot be. */
async function changeWish(dir: string, change: (wish: PlaneWish) => PlaneWish): Promise<void> {
  const files = new PlaneFiles(resolve(dir));
  const wish = files.readWish();
  if (!runningState(files) || !wish) throw new Error(`no control plane runs in ${files.dir}`);
  const generation = wish.generation + 1;
  files.writeWish({ ...change(wish), generation });
  const done = await until(() => (runningState(files)?.generation ?? generation) >= generation, 90_000, 30);
  const state = runningState(files);
  if (!done || !state) throw new Error(`the control plane in ${files.dir} ended meanwhile`);
  if (state.wishError) throw new Error(state.wishError);
}

/** The flags that were given for the controller manager last. */
export function controllerManagerWish(dir: string): string[] {
  return new PlaneFiles(resolve(dir)).readWish()?.flags ?? [];
}
