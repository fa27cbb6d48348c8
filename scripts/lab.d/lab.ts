import { createServer, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { apiOf } from '../clusters/admin.ts';
import { planeUp } from '../clusters/plane.ts';
import { freePort } from '../clusters/ports.ts';
import { componentFolder } from '../components/build.ts';
import { withLock } from '../lib/lock.ts';
import { CACHE } from '../lib/places.ts';
import { identityOf, isAlive } from '../lib/processes.ts';
import { endLab } from './end.ts';
import { installFlannel, POD_NETWORK } from './flannel.ts';
import { imageStore } from './image-store.ts';
import { imageArchives } from './images.ts';
import { startKeeper } from './keeper.ts';
import {
  type Backend,
  type FlannelVersion,
  type KubeletVersion,
  knownLabs,
  LabFiles,
  type LabPlan,
  labId,
  type Machine,
  noteLab,
} from './lab-files.ts';
import { startMachine, startServer } from './machine.ts';
import { createSwitch, namespacePath, SWITCH } from './network.ts';
import { labObstacle } from './possible.ts';
import { untilJoined } from './ready.ts';

/** No lab can run on this machine, whatever is asked of it. */
export class Impossible extends Error {}

export interface LabOptions {
  dir: string;
  backend?: Backend;
  flannel?: FlannelVersion;
  /** A second family, IPv6, for nodes and pods. */
  dualStack?: boolean;
  /** How many at the start, n1, n2 and so on; default: 3. */
  machines?: number;
  /** Machines with another kubelet than 1.36. */
  kubelets?: Record<string, KubeletVersion>;
  /** The lab ends itself when this process is gone. */
  owner?: number;
  /** The directory is for this lab alone. */
  disposable?: boolean;
}

/** As many machines as ever can be: credentials are made for all of them at once. */
const MOST = 9;

const machineOf = (number: number, kubelet: KubeletVersion = '1.36'): Machine => ({
  name: `n${number}`,
  number,
  kubelet,
});

/** The machines at the start; throws when another one is asked for. */
function firstMachines({ machines = 3, kubelets = {} }: Pick<LabOptions, 'machines' | 'kubelets'>): Machine[] {
  const names = Array.from({ length: machines }, (_, index) => `n${index + 1}`);
  const unknown = Object.keys(kubelets).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no node ${unknown}; they are ${names.join(', ')}`);
  return names.map((name, index) => machineOf(index + 1, kubelets[name]));
}

function makePlan(options: LabOptions, port: number): LabPlan {
  return {
    id: labId(options.dir),
    backend: options.backend ?? 'vxlan',
    flannel: options.flannel ?? '0.28',
    dualStack: options.dualStack ?? false,
    machines: firstMachines(options),
    port,
    ready: false,
    starter: identityOf(process.pid),
    ...(options.owner !== undefined && { owner: identityOf(options.owner) }),
    disposable: options.disposable ?? false,
  };
}

/** Ends what earlier labs left behind, of every directory, and refuses a second lab in one. */
async function sweep(id: string): Promise<void> {
  for (const lab of knownLabs()) {
    const alive = lab.keeper !== undefined && isAlive(lab.keeper);
    if (alive && lab.id === id)
      throw new Error(`a lab is up in ${lab.dir} already; end it with scripts/lab down --dir ${lab.dir}`);
    if (!alive) await endLab(lab);
  }
}

/** Listens on a port of our loopback. */
function listen(door: NetServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    door.once('error', reject);
    door.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
}

/** The lab's namespace and keeper: from then on somebody ends the lab, whatever becomes of us. */
async function found(files: LabFiles, options: LabOptions): Promise<LabPlan> {
  return withLock(join(CACHE, 'locks', 'lab'), 'it begins or ends a lab', async () => {
    const plan = makePlan(options, await freePort());
    const lab = { id: plan.id, dir: files.dir };
    await sweep(lab.id);
    files.create(plan);
    const door = createServer();
    try {
      await listen(door, plan.port);
      noteLab(lab);
      await createSwitch(lab.id);
      noteLab({ ...lab, keeper: await startKeeper(files, plan, door) });
    } catch (error) {
      await endLab(lab);
      throw error;
    } finally {
      door.close();
    }
    return plan;
  });
}

function controllerManagerFlags(plan: LabPlan): string[] {
  if (!plan.dualStack) return [`--cluster-cidr=${POD_NETWORK.ipv4}`];
  return [
    `--cluster-cidr=${POD_NETWORK.ipv4},${POD_NETWORK.ipv6}`,
    '--node-cidr-mask-size-ipv4=24',
    '--node-cidr-mask-size-ipv6=64',
  ];
}

/** Starts a lab, resolves when all nodes are Ready and reach each other's pods. Throws, with everything ended, when that fails. */
export async function labUp(options: LabOptions): Promise<{ kubeconfig: string; server: string; plan: LabPlan }> {
  firstMachines(options);
  const obstacle = await labObstacle();
  if (obstacle !== undefined) throw new Impossible(obstacle);
  const versions = new Set<KubeletVersion>(['1.36', ...Object.values(options.kubelets ?? {})]);
  for (const version of versions) await componentFolder(`kubelet-${version}`);
  const images = await imageStore(await imageArchives(options.flannel ?? '0.28'));
  const files = new LabFiles(options.dir);
  const plan = await found(files, options);
  try {
    const keeper = knownLabs().find(({ id }) => id === plan.id)?.keeper?.pid;
    const [plane] = await Promise.all([
      planeUp({
        dir: files.plane,
        kubernetes: '1.36',
        disposable: true,
        controllerManager: controllerManagerFlags(plan),
        network: {
          namespace: namespacePath(plan.id),
          address: SWITCH.ipv4,
          port: plan.port,
          machines: Array.from({ length: MOST }, (_, index) => machineOf(index + 1).name),
        },
        ...(keeper !== undefined && { owner: keeper }),
      }),
      ...plan.machines.map((machine) => startMachine(files, plan, machine, images)),
    ]);
    const { kubeconfig, server = '' } = plane;
    const api = apiOf(kubeconfig);
    try {
      await installFlannel(api, plan);
      for (const machine of plan.machines) await startServer(files, plan, machine, 'kubelet');
      await untilJoined(api, plan);
    } finally {
      api.close();
    }
    const ready = { ...plan, ready: true };
    files.writePlan(ready);
    return { kubeconfig, server, plan: ready };
  } catch (error) {
    const logs = `logs were in ${files.dir}`;
    await labDown(files.dir);
    throw new Error(`${(error as Error).message} (${logs})`);
  }
}

/** Adds a machine to a running lab, resolves with its name when it has joined. */
export async function addMachine(files: LabFiles): Promise<string> {
  const plan = files.readPlan();
  if (!plan) throw new Error(`no lab is up in ${files.dir}`);
  const number = plan.machines.length + 1;
  if (number > MOST) throw new Error(`a lab has at most ${MOST} machines`);
  const machine = machineOf(number);
  const grown = { ...plan, machines: [...plan.machines, machine] };
  files.writePlan(grown);
  await startMachine(files, grown, machine, await imageStore(await imageArchives(plan.flannel)));
  await startServer(files, grown, machine, 'kubelet');
  return machine.name;
}

/** Ends the lab of a directory, and all that ended labs have left behind. Says whether there was one. */
export async function labDown(dir: string): Promise<boolean> {
  return withLock(join(CACHE, 'locks', 'lab'), 'it begins or ends a lab', async () => {
    const id = labId(dir);
    let was = false;
    for (const lab of knownLabs()) {
      const asked = lab.id === id;
      if (asked || lab.keeper === undefined || !isAlive(lab.keeper)) await endLab(lab);
      was ||= asked;
    }
    return was;
  });
}
