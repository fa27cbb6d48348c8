import { createHash } from 'node:crypto';
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
import { join, resolve } from 'node:path';
import type { ProcessIdentity } from '../lib/processes.ts';
import { say } from '../lib/progress.ts';

export type Backend = 'vxlan' | 'host-gw' | 'direct';
export type FlannelVersion = '0.28' | '0.25';
export type KubeletVersion = '1.36' | '1.34';

/** One machine of the lab. Its number makes its name and its addresses. */
export interface Machine {
  name: string;
  number: number;
  kubelet: KubeletVersion;
}

/** What a lab is; `up` writes it first, so that whoever finds the directory can end what is described. */
export interface LabPlan {
  /** Tells this lab's namespaces and cgroups from those of others; made from the directory. */
  id: string;
  backend: Backend;
  flannel: FlannelVersion;
  dualStack: boolean;
  machines: Machine[];
  /** Of the API server, on the loopback of whoever called `up`. */
  port: number;
  ready: boolean;
  /** The process of `up`: until the lab is ready it ends with it. */
  starter: ProcessIdentity;
  /** The lab ends itself when this process is gone. */
  owner?: ProcessIdentity;
  /** The directory was made for this lab alone: it goes with all that is in it. */
  disposable: boolean;
}

/** A lab that is known on this machine, whether it runs or was left behind. */
export interface KnownLab {
  id: string;
  dir: string;
  /** Forwards to the API server and watches over the lab; a lab without it is left behind. */
  keeper?: ProcessIdentity;
}

/** Where labs of all directories are noted; it goes with a restart of the machine, as they do. */
const NOTES = '/run/kubectl-podcidr-labs';

/** Eight hexadecimal digits that stand for a directory. */
export function labId(dir: string): string {
  return createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 8);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Readers never see half a file. */
function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function noteLab(lab: KnownLab): void {
  mkdirSync(NOTES, { recursive: true });
  writeJson(join(NOTES, `${lab.id}.json`), lab);
}

export function forgetLab(id: string): void {
  rmSync(join(NOTES, `${id}.json`), { force: true });
}

export function knownLabs(): KnownLab[] {
  const names = existsSync(NOTES) ? readdirSync(NOTES).filter((name) => name.endsWith('.json')) : [];
  return names.flatMap((name) => readJson<KnownLab>(join(NOTES, name)) ?? []);
}

/** The directory of a lab. */
export class LabFiles {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = resolve(dir);
  }

  /** Path of something inside. */
  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  /** The control plane's directory. */
  get plane(): string {
    return this.path('plane');
  }

  log(name: string): string {
    return this.path('logs', `${name}.log`);
  }

  /** Folder of what one machine keeps on disk. */
  machine(name: string, ...parts: string[]): string {
    return this.path('machines', name, ...parts);
  }

  /** Makes the directory, its plan first; throws when it holds something that is not a lab's. */
  create(plan: LabPlan): void {
    if (existsSync(this.dir) && readdirSync(this.dir).length > 0 && !existsSync(this.path('lab.json'))) {
      throw new Error(`${this.dir} is not empty and holds no lab; give another --dir`);
    }
    // Of before the machine's last start.
    this.remove();
    mkdirSync(this.dir, { recursive: true });
    this.writePlan(plan);
    for (const part of ['logs', 'machines']) mkdirSync(this.path(part));
  }

  /** Removes what a lab has written, and the directory when nothing else is in it. */
  remove(): void {
    const whole = this.readPlan()?.disposable;
    // The plan last, because it marks the directory as ours.
    for (const name of whole ? ['.'] : ['plane', 'machines', 'logs', 'lab.json']) {
      try {
        rmSync(this.path(name), { recursive: true, force: true, maxRetries: 20 });
      } catch (error) {
        say(`${this.path(name)}: ${(error as Error).message}`);
      }
    }
    try {
      rmdirSync(this.dir);
    } catch {
      // Gone already, or somebody else keeps files in it.
    }
  }

  readPlan = () => readJson<LabPlan>(this.path('lab.json'));
  writePlan = (plan: LabPlan) => writeJson(this.path('lab.json'), plan);
}
