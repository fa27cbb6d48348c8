import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../lib/processes.ts';

/** A network namespace that all of a plane runs in, and what machines beside it need of it. */
export interface PlaneNetwork {
  /** Path of the network namespace, its loopback up. */
  namespace: string;
  /** Address in it at which machines reach the API server. */
  address: string;
  /** Port of the API server; kubeconfigs name it on the loopback, where the starter leads its own port of this number to it. */
  port: number;
  /** Machines that may register themselves: NAME has users/kubelet-NAME.kubeconfig. */
  machines: string[];
}

/** What `up` asks of the supervisor; written once. */
export interface PlanePlan {
  /** For example v1.36.3. */
  version: string;
  binaries: { etcd: string; apiServer: string; controllerManager: string; kwok?: string; scheduler?: string };
  serviceCIDR: string;
  network?: PlaneNetwork;
  /** When this process is gone the plane ends itself. */
  owner?: ProcessIdentity;
  /** The directory was made for this plane alone: it goes with all that is in it. */
  disposable?: boolean;
}

/** What the controller manager should be doing; rewritten by every change. */
export interface PlaneWish {
  /** Counts the changes, from 1. */
  generation: number;
  /** Flags that replace ours of the same name. */
  flags: string[];
  stopped: boolean;
  /** How often kube-apiserver is to have been started; default 1. */
  apiServerStarts?: number;
}

/** What the supervisor has reached; rewritten by it alone. */
export interface PlaneState {
  phase: 'starting' | 'ready' | 'failed';
  error?: string;
  supervisor: ProcessIdentity;
  children: Record<string, ProcessIdentity>;
  server?: string;
  version: string;
  /** Name of the own Node. */
  node: string;
  /** The generation of the wish that is fulfilled, or failed with `wishError`. */
  generation: number;
  wishError?: string;
}

/** The directory of a plane. */
export class PlaneFiles {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Path of something inside, for example path('pki', 'ca.crt'). */
  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  get kubeconfig(): string {
    return this.path('admin.kubeconfig');
  }

  log(name: string): string {
    return this.path('logs', `${name}.log`);
  }

  /** Makes the directory; throws when it holds something that is not a plane's. */
  create(): void {
    if (existsSync(this.dir) && readdirSync(this.dir).length > 0 && !existsSync(this.path('plan.json'))) {
      throw new Error(`${this.dir} is not empty and holds no control plane; give another --dir`);
    }
    this.remove();
    for (const part of ['', 'bin', 'logs', 'pki', 'users'])
      mkdirSync(this.path(part), { recursive: true, mode: 0o700 });
  }

  /** Removes what a plane has written, and the directory when nothing else is in it. */
  remove(): void {
    if (this.readPlan()?.disposable) {
      rmSync(this.dir, { recursive: true, force: true });
      return;
    }
    const ours = ['admin.kubeconfig', 'audit.log', 'bin', 'etcd', 'logs', 'pki', 'users', 'state.json', 'wish.json'];
    for (const name of ours) rmSync(this.path(name), { recursive: true, force: true });
    // Last, because it marks the directory as ours.
    rmSync(this.path('plan.json'), { force: true });
    try {
      rmdirSync(this.dir);
    } catch {
      // Not there, or somebody else keeps files in it.
    }
  }

  #read<T>(name: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.path(name), 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  /** Readers never see half a file. */
  #write(name: string, value: unknown): void {
    const temporary = this.path(`${name}.new`);
    writeFileSync(temporary, JSON.stringify(value, null, 2), { mode: 0o600 });
    renameSync(temporary, this.path(name));
  }

  readPlan = () => this.#read<PlanePlan>('plan.json');
  writePlan = (plan: PlanePlan) => this.#write('plan.json', plan);
  readWish = () => this.#read<PlaneWish>('wish.json');
  writeWish = (wish: PlaneWish) => this.#write('wish.json', wish);
  readState = () => this.#read<PlaneState>('state.json');
  writeState = (state: PlaneState) => this.#write('state.json', state);
}
