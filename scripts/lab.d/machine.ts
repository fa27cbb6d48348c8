import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { component } from '../components/build.ts';
import { type Ran, run, until } from '../lib/processes.ts';
import { createCgroups } from './cgroups.ts';
import { startDetached } from './detached.ts';
import { furnish } from './image-store.ts';
import { initOf } from './inhabitants.ts';
import type { LabFiles, LabPlan, Machine } from './lab-files.ts';
import { CONTAINERD_CONFIG, kubeletConfig, kubeletFlags } from './machine-config.ts';
import { createMachineNetwork, namespacePath } from './network.ts';

/** How long a server of a machine may take to end, or to answer. */
const LIMIT_MS = 30_000;

export type Server = 'containerd' | 'kubelet';

/** Programs for one running machine, in all of its namespaces; the words before the program's own. */
function entering(plan: LabPlan, machine: string): string[] {
  const init = initOf(plan.id, machine);
  if (init === undefined) throw new Error(`machine ${machine} does not run`);
  return ['nsenter', '-t', String(init), '-m', '-u', '-i', '-n', '-p', '--'];
}

/** Runs a command on a machine to its end, as its root. */
export function runOn(plan: LabPlan, machine: string, command: string[]): Promise<Ran> {
  const [file = '', ...rest] = [...entering(plan, machine), ...command];
  return run(file, rest, { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' } });
}

async function mustRunOn(plan: LabPlan, machine: string, command: string[]): Promise<string> {
  const { code, stdout, stderr } = await runOn(plan, machine, command);
  if (code !== 0) throw new Error(`${machine}: ${command.slice(0, 4).join(' ')}: ${stderr.trim().slice(-400)}`);
  return stdout;
}

/** Makes the machine's network, cgroups and namespaces, and starts containerd with the images of a store. */
export async function startMachine(files: LabFiles, plan: LabPlan, machine: Machine, images: string): Promise<void> {
  const { name, number } = machine;
  const folder = files.machine(name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.toml'), CONTAINERD_CONFIG);
  writeFileSync(join(folder, 'kubelet.json'), JSON.stringify(kubeletConfig(plan.id, machine), null, 2));
  await furnish(images, join(folder, 'containerd'));
  await createMachineNetwork(plan.id, name, number);
  createCgroups(plan.id, name);
  const init = ['bash', join(import.meta.dirname, 'machine-init.sh'), name, folder];
  const namespaces = ['unshare', '-m', '-u', '-i', '-p', '--fork', '--kill-child'];
  startDetached(files.log(`${name}-init`), [
    'nsenter',
    `--net=${namespacePath(plan.id, name)}`,
    ...namespaces,
    ...init,
  ]);
  const isReady = async () =>
    initOf(plan.id, name) !== undefined && (await runOn(plan, name, ['test', '-e', '/run/machine-ready'])).code === 0;
  if (!(await until(isReady, LIMIT_MS)))
    throw new Error(`machine ${name} did not start (${files.log(`${name}-init`)})`);
  await startServer(files, plan, machine, 'containerd');
}

async function commandOf(files: LabFiles, plan: LabPlan, machine: Machine, server: Server): Promise<string[]> {
  if (server === 'containerd') return ['containerd', '--log-level', 'warn'];
  const kubelet = await component(`kubelet-${machine.kubelet}`, 'kubelet');
  const kubeconfig = join(files.plane, 'users', `kubelet-${machine.name}.kubeconfig`);
  return [kubelet, ...kubeletFlags(plan, machine, files.machine(machine.name, 'kubelet.json'), kubeconfig)];
}

/** Starts containerd or the kubelet of a machine; containerd answers when this resolves. */
export async function startServer(files: LabFiles, plan: LabPlan, machine: Machine, server: Server): Promise<void> {
  const command = await commandOf(files, plan, machine, server);
  // The number is the one inside: stopServer() looks from there. Memory is cheaper here than collecting garbage.
  const noted = ['sh', '-c', `echo $$ >/run/${server}.number; GOGC=300 exec "$@"`, 'sh', ...command];
  startDetached(files.log(`${machine.name}-${server}`), [...entering(plan, machine.name), ...noted]);
  if (server !== 'containerd') return;
  const answers = async () => (await runOn(plan, machine.name, ['ctr', 'version'])).code === 0;
  if (!(await until(answers, LIMIT_MS, 100))) throw new Error(`containerd of ${machine.name} does not answer`);
}

/** Ends containerd or the kubelet of a machine by SIGTERM, as a service manager does; containers run on. */
export async function stopServer(plan: LabPlan, machine: string, server: Server): Promise<void> {
  const script =
    'n=$(cat "$1"); kill "$n"; for i in $(seq 300); do kill -0 "$n" 2>/dev/null || exit 0; sleep .1; done; exit 1';
  await mustRunOn(plan, machine, ['bash', '-c', script, 'bash', `/run/${server}.number`]);
}
