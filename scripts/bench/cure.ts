import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Api } from '../clusters/api.ts';
import type { KubeObject } from '../clusters/kube-object.ts';
import { nodeObject } from '../clusters/node-object.ts';
import { nodesAreQuiet } from '../clusters/quiet-nodes.ts';
import { say } from '../lib/progress.ts';
import { allocatedFleet } from './fleet.ts';

/** One run that gave every node which shared a subnet another one. */
export interface Cure {
  name: string;
  /** Milliseconds from the start until the last node was told of, without the waits for heartbeats before it. */
  moved: number;
  /** Milliseconds until the command ended, with the waits for heartbeats. */
  whole: number;
}

/** A line of stdout, and when it came: milliseconds since the start. */
interface Line {
  text: string;
  at: number;
}

/** What controllers do to new nodes is not to be measured; statuses are reported now and then for ever. */
const QUIET_MS = 30_000;

const NODES = '/api/v1/nodes';
const CSI_NODES = '/apis/storage.k8s.io/v1/csinodes';

/** A fleet whose nodes own what a kubelet with CSI drivers makes, and whose twins are cured again and again. */
export class TwinFleet {
  readonly #api: Api;
  readonly #env: NodeJS.ProcessEnv;
  readonly #work: string;
  #workers: KubeObject[] = [];
  #last = 0;

  /** `work`: a folder for backups; `env`: the environment of what is measured. */
  constructor(api: Api, env: NodeJS.ProcessEnv, work: string) {
    this.#api = api;
    this.#env = env;
    this.#work = work;
  }

  /** Workers join, each with a subnet of its own. */
  async grow(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => this.#join(`worker-${index + 1}`)));
    await allocatedFleet(this.#api);
    const nodes = await this.#api.list(NODES);
    this.#workers = nodes.filter(({ metadata }) => /^worker-/.test(metadata.name));
  }

  /** Makes twins of workers that have had none yet, and cures them with the command. Throws when it leaves one. */
  async cure(name: string, twins: number, command: (folder: string) => string[]): Promise<Cure> {
    const first = this.#last;
    for (; this.#last < first + twins; this.#last += 1) {
      const subnet = this.#workers[this.#last]?.spec?.podCIDR;
      if (subnet === undefined) throw new Error(`${twins} more twins need more than ${this.#workers.length} workers`);
      await this.#join(`twin-${this.#last + 1}`, [subnet]);
    }
    await nodesAreQuiet(this.#api, QUIET_MS);
    say(`curing ${twins} nodes: ${name}`);
    const folder = join(this.#work, `cure-${first}`);
    mkdirSync(folder);
    const { lines, whole } = await this.#timed(command(folder));
    const held = (await this.#api.list(NODES)).map(({ spec }) => spec?.podCIDR);
    const moved = lines.filter(({ text }) => / reassigned /.test(text));
    if (moved.length !== twins || new Set(held).size !== held.length) {
      throw new Error(
        `${name} reassigned ${moved.length} of ${twins} nodes: ${new Set(held).size} subnets, ${held.length} nodes`,
      );
    }
    const last = moved.at(-1)?.at ?? Number.NaN;
    return { name, moved: last - waited(lines, last), whole };
  }

  async #join(name: string, podCIDRs?: string[]): Promise<void> {
    const node = await this.#api.post<KubeObject>(
      NODES,
      nodeObject(name, { flannel: true, ...(podCIDRs && { podCIDRs }) }),
    );
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' }];
    await this.#api.post(CSI_NODES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name, ownerReferences },
      spec: { drivers: [] },
    });
  }

  /** When each line of stdout came, and the end, in milliseconds since the start. */
  #timed([file = '', ...args]: string[]): Promise<{ lines: Line[]; whole: number }> {
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const child = spawn(file, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
      const lines: Line[] = [];
      let words = '';
      createInterface({ input: child.stdout }).on('line', (text) =>
        lines.push({ text, at: performance.now() - started }),
      );
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        words += chunk;
      });
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve({ lines, whole: performance.now() - started });
        else reject(new Error(`${file} ${args.join(' ')} ended with ${code}: ${words}`));
      });
    });
  }
}

/** What the script waited for heartbeats until then: each of its nodes is told of before and after. */
function waited(lines: Line[], until: number): number {
  let sum = 0;
  for (const [index, { text, at }] of lines.entries()) {
    if (text.endsWith(' lives') && at <= until) sum += at - (lines[index - 1]?.at ?? at);
  }
  return sum;
}
