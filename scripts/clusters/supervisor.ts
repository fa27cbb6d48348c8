import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isAlive, until } from '../lib/processes.ts';
import { Api } from './api.ts';
import { Child } from './child.ts';
import { apiServerArguments, etcdArguments, kwokArguments, type Ports, schedulerArguments } from './command-lines.ts';
import { ControllerManager } from './controller-manager.ts';
import { flagValue } from './flags.ts';
import { createKubeadmConfig } from './kubeadm-config.ts';
import { MirrorPod } from './mirror-pod.ts';
import { OwnNode, ownNodeName } from './own-node.ts';
import type { PlaneFiles, PlanePlan, PlaneState, PlaneWish } from './plane-files.ts';
import { freePort } from './ports.ts';
import { makeSecrets, type Secrets } from './users.ts';

const START_LIMIT_MS = 60_000;
const BEAT_MS = 10_000;

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Owns every process of one control plane, from its start to its end. */
export class Supervisor {
  readonly #files: PlaneFiles;
  readonly #plan: PlanePlan;
  readonly #children = new Map<string, Child>();
  readonly #state: PlaneState;
  #api: Api | undefined;
  #node: OwnNode | undefined;
  #controllerManager: ControllerManager | undefined;
  #apiServerArguments: string[] = [];
  #apiServerStarts = 1;
  #ending = false;

  constructor(files: PlaneFiles, plan: PlanePlan) {
    this.#files = files;
    this.#plan = plan;
    this.#state = {
      phase: 'starting',
      supervisor: identityOf(process.pid),
      children: {},
      version: plan.version,
      node: ownNodeName(),
      generation: 0,
    };
    this.#save();
  }

  #save(): void {
    this.#files.writeState(this.#state);
  }

  #note(name: string, child: Child | undefined): void {
    if (child) {
      this.#children.set(name, child);
      this.#state.children[name] = child.identity;
    } else {
      this.#children.delete(name);
      delete this.#state.children[name];
    }
    this.#save();
  }

  #spawn(name: string, file: string, args: string[]): Child {
    const child = new Child(file, args, this.#files.log(name), this.#files.dir);
    this.#note(name, child);
    return child;
  }

  async #ready(name: string, child: Child, question: () => Promise<boolean>): Promise<void> {
    const reached = await until(async () => child.ended || (await question()), START_LIMIT_MS, 30);
    if (child.ended) throw new Error(`${name} ended: ${child.lastWords()}`);
    if (!reached) throw new Error(`${name} was not ready in ${START_LIMIT_MS / 1000} s`);
  }

  /** etcd and kube-apiserver on ports of their own choice. */
  async #startServers(secrets: Secrets): Promise<Api> {
    const apiServer = this.#plan.network?.port ?? (await freePort());
    const ports: Ports = { etcd: await freePort(), etcdPeer: await freePort(), apiServer };
    const etcd = this.#spawn('etcd', this.#plan.binaries.etcd, etcdArguments(this.#files, ports));
    await this.#ready('etcd', etcd, () => answers(`http://127.0.0.1:${ports.etcd}/health`));
    this.#apiServerArguments = apiServerArguments(this.#files, ports, this.#plan);
    const server = `https://127.0.0.1:${ports.apiServer}`;
    const api = new Api({ server, ...secrets.admin, userAgent: `kubelet/${this.#plan.version}` });
    await this.#startAPIServer(api);
    secrets.writeKubeconfigs(server);
    this.#state.server = server;
    return api;
  }

  async #startAPIServer(api: Api): Promise<void> {
    const apiServer = this.#spawn('kube-apiserver', this.#plan.binaries.apiServer, this.#apiServerArguments);
    await this.#ready('kube-apiserver', apiServer, async () => {
      const answer = await api.request('GET', '/readyz').catch(() => undefined);
      return answer?.status === 200;
    });
  }

  /** Another program may take a port between our look and the server's start: then everything is tried on other ports. */
  async #startServersOnFreePorts(secrets: Secrets): Promise<Api> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#startServers(secrets);
      } catch (error) {
        if (attempt === 3 || !String(error).includes('address already in use')) throw error;
        for (const [name, child] of this.#children) {
          await child.end();
          this.#note(name, undefined);
        }
      }
    }
  }

  /** Starts everything; resolves when a user can begin. */
  async start(wish: PlaneWish): Promise<void> {
    const secrets = await makeSecrets(this.#files, this.#plan.network);
    const api = await this.#startServersOnFreePorts(secrets);
    this.#api = api;
    const node = new OwnNode(api, this.#plan.version);
    this.#node = node;
    const pod = new MirrorPod(api, node, this.#plan.version);
    const manager = new ControllerManager(this.#files, this.#plan, api, secrets.admin.ca, pod, (child) =>
      this.#note('kube-controller-manager', child),
    );
    this.#controllerManager = manager;
    await node.register();
    const { kwok, scheduler } = this.#plan.binaries;
    if (kwok) this.#spawn('kwok', kwok, kwokArguments(this.#files, node.name));
    if (scheduler) this.#spawn('kube-scheduler', scheduler, schedulerArguments(this.#files));
    await manager.replace(wish);
    const flags = manager.history?.command ?? [];
    await createKubeadmConfig(api, this.#plan.version, flags, wish.flags);
    await this.#untilNodeIsWhole(flags);
    this.#state.phase = 'ready';
    this.#state.generation = wish.generation;
    this.#save();
  }

  async #untilNodeIsWhole(flags: string[]): Promise<void> {
    const allocates = flagValue(flags, 'allocate-node-cidrs') !== 'false';
    const whole = async () => {
      const node = await this.#node?.read();
      const admitted = !node?.spec?.taints?.some((taint) => taint.key === 'node.kubernetes.io/not-ready');
      return admitted && (!allocates || node?.spec?.podCIDR !== undefined);
    };
    if (!(await until(whole, 30_000))) {
      throw new Error('kube-controller-manager gave the own node no subnet, or left its not-ready taint, for 30 s');
    }
  }

  /** Works until it is told to end, its owner is gone, or a server has failed. Resolves with the reason of a failure. */
  async run(): Promise<string | undefined> {
    let beat = performance.now();
    while (!this.#ending) {
      for (const name of ['etcd', 'kube-apiserver', 'kwok', 'kube-scheduler']) {
        const child = this.#children.get(name);
        if (child?.ended) return `${name} ended: ${child.lastWords()}`;
      }
      if (this.ownerIsGone()) return undefined;
      const wish = this.#files.readWish();
      if (wish && wish.generation > this.#state.generation) await this.#fulfil(wish);
      if (performance.now() - beat >= BEAT_MS) {
        beat = performance.now();
        await this.#beat();
      }
      await sleep(100);
    }
    return undefined;
  }

  ownerIsGone(): boolean {
    return this.#plan.owner !== undefined && !isAlive(this.#plan.owner);
  }

  async #fulfil(wish: PlaneWish): Promise<void> {
    delete this.#state.wishError;
    try {
      const starts = wish.apiServerStarts ?? 1;
      if (starts === this.#apiServerStarts) await this.#controllerManager?.replace(wish);
      else await this.#restartAPIServer();
      this.#apiServerStarts = starts;
    } catch (error) {
      this.#state.wishError = (error as Error).message;
    }
    this.#state.generation = wish.generation;
    this.#save();
  }

  async #restartAPIServer(): Promise<void> {
    await this.#children.get('kube-apiserver')?.end();
    if (this.#api) await this.#startAPIServer(this.#api);
  }

  async #beat(): Promise<void> {
    try {
      await this.#node?.keepAlive();
      await this.#controllerManager?.beat();
    } catch (error) {
      process.stderr.write(`beat: ${String(error)}\n`);
    }
  }

  fail(error: string): void {
    this.#state.phase = 'failed';
    this.#state.error = error;
    this.#save();
  }

  /** Ends every process; safe to call more than once. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#controllerManager?.stop();
    await Promise.all([...this.#children.values()].map((child) => child.end()));
    this.#api?.close();
  }
}
