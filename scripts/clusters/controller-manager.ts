import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import { Child } from './child.ts';
import { controllerManagerFlags } from './command-lines.ts';
import { flagValue } from './flags.ts';
import { isLed, releaseLeadership } from './leader-lease.ts';
import type { ContainerHistory, MirrorPod } from './mirror-pod.ts';
import type { PlaneFiles, PlanePlan, PlaneWish } from './plane-files.ts';
import { freePort } from './ports.ts';

/** Back-off before the next start; a kubelet's grows to minutes, which no test wants to wait for. */
const BACK_OFF_MS = [1000, 2000];

/** From its allocator's start until its watch of the Nodes has begun: a Node deleted in between would keep its subnet taken. */
const WATCH_BEGINS_MS = 500;

/** A lease left by a crashed one is waited for: 15 s, and some to spare. */
const LEADER_LIMIT_MS = 40_000;

function isHealthy(port: number, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path: '/healthz', ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on('error', () => resolve(false));
    sent.end();
  });
}

/** Runs kube-controller-manager as a kubelet runs a static pod: restarts it when it exits, and shows that in the mirror pod. */
export class ControllerManager {
  readonly #files: PlaneFiles;
  readonly #plan: PlanePlan;
  readonly #api: Api;
  readonly #ca: string;
  readonly #pod: MirrorPod;
  readonly #changed: (child: Child | undefined) => void;
  #child: Child | undefined;
  /** Wakes the back-off when the wish changes. */
  #wake: AbortController = new AbortController();
  /** The process being replaced or ended on purpose. */
  #replaced: Child | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  history: ContainerHistory | undefined;

  constructor(
    files: PlaneFiles,
    plan: PlanePlan,
    api: Api,
    ca: string,
    pod: MirrorPod,
    changed: (child: Child | undefined) => void,
  ) {
    this.#files = files;
    this.#plan = plan;
    this.#api = api;
    this.#ca = ca;
    this.#pod = pod;
    this.#changed = changed;
  }

  /** Ends what runs and starts it with these flags. Resolves when it leads; throws with the reason when it does not. */
  async replace(wish: PlaneWish): Promise<void> {
    await this.stop();
    if (wish.stopped) {
      this.history = undefined;
      await this.#pod.remove();
      return;
    }
    await releaseLeadership(this.#api);
    const port = await freePort();
    const flags = controllerManagerFlags(this.#files, port, this.#plan, wish.flags);
    this.#stopping = false;
    this.history = { command: ['kube-controller-manager', ...flags], restartCount: 0 };
    const first = this.#start(flags);
    this.#running = this.#keep(flags, first);
    await this.#untilLeading(first, flags, port);
    await this.#show();
  }

  /** Ends the process and the wish to have one. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#replaced = this.#child;
    this.#wake.abort();
    await this.#child?.end();
    await this.#running;
    this.#wake = new AbortController();
  }

  #start(flags: string[]): Child {
    const file = this.#plan.binaries.controllerManager;
    this.#child = new Child(file, flags, this.#files.log('kube-controller-manager'), this.#files.dir);
    if (this.history) this.history.runningSince = this.#child.startedAt;
    this.#changed(this.#child);
    return this.#child;
  }

  async #keep(flags: string[], first: Child): Promise<void> {
    let child = first;
    for (;;) {
      const exit = await child.exit;
      this.#child = undefined;
      this.#changed(undefined);
      if (this.#stopping || child === this.#replaced || !this.history) return;
      this.history = {
        command: this.history.command,
        restartCount: this.history.restartCount,
        last: { exit, startedAt: child.startedAt },
      };
      await this.#show();
      const wait = BACK_OFF_MS[Math.min(this.history.restartCount, BACK_OFF_MS.length - 1)] ?? 0;
      await sleep(wait, undefined, { signal: this.#wake.signal }).catch(() => undefined);
      if (this.#stopping) return;
      this.history.restartCount++;
      child = this.#start(flags);
      await this.#show();
    }
  }

  async #untilLeading(child: Child, flags: string[], port: number): Promise<void> {
    const end = Date.now() + LEADER_LIMIT_MS;
    const elects = flagValue(flags, 'leader-elect') !== 'false';
    const secure = Number(flagValue(flags, 'secure-port') ?? port);
    while (Date.now() < end) {
      if (child.ended) {
        throw new Error(`kube-controller-manager ended: ${child.lastWords()}`);
      }
      const leading = !elects || (await isLed(this.#api, child.startedAt));
      if (leading && (await isHealthy(secure, this.#ca)) && this.#allocates(flags, child)) {
        await sleep(WATCH_BEGINS_MS);
        return;
      }
      await sleep(50);
    }
    throw new Error(`kube-controller-manager did not become leader in ${LEADER_LIMIT_MS / 1000} s`);
  }

  /**
   * Whether it hands out subnets, if it is to. Up to 1.26 the allocator sleeps for 10 s before it lists the Nodes
   * (pkg/controller/nodeipam/ipam/cidr_allocator.go: listNodes), when all else runs; only the log tells.
   */
  #allocates(flags: string[], child: Child): boolean {
    if (flagValue(flags, 'allocate-node-cidrs') === 'false') return true;
    return child.output().includes('Starting ipam controller');
  }

  /** Brings the mirror pod up to date; what fails now is done by the next beat. */
  async #show(): Promise<void> {
    await this.beat().catch((error: unknown) => process.stderr.write(`mirror pod: ${String(error)}\n`));
  }

  /** What a kubelet's sync does for the pod: puts it back when it is gone. */
  async beat(): Promise<void> {
    if (this.history) await this.#pod.publish(this.history);
  }
}
