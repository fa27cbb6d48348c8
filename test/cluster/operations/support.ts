import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../../harness/control-plane.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { createNodes, node, standing } from '../../harness/node.ts';
import { type ProgramOptions, type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { comparable, getNode, hasNotReadyTaint } from '../reassign/support.ts';

/** What `-o json` prints of an operation. */
export interface OperationDocument {
  kind: string;
  id: string;
  verb: string;
  state: string;
  moves: { node: string; from: string[]; to: string[]; step: string }[];
}

export const MAPS = '/api/v1/namespaces/kube-system/configmaps';
const OURS = `${MAPS}?labelSelector=kubectl-podcidr/operation`;

/** A control plane with a proxy before it, and an operator on one machine or another. */
export class Stage {
  readonly plane: ControlPlane;
  readonly proxy: FaultProxy;
  /** The state folder of the machine at hand: new for each test. */
  stateDir = '';
  /** Of the program. */
  readonly env: Record<string, string>;

  constructor(plane: ControlPlane, proxy: FaultProxy, env: Record<string, string> = {}) {
    this.env = env;
    this.plane = plane;
    this.proxy = proxy;
  }

  /** No Node but the plane's own, no journal, no fault, a new machine. */
  async clear(): Promise<void> {
    this.proxy.decide(() => ({ kind: 'pass' }));
    this.stateDir = this.elsewhere();
    await this.plane.clear();
  }

  /** The state folder of a machine that knows nothing of earlier runs. */
  elsewhere(): string {
    return mkdtempSync(join(this.plane.dir, 'machine-'));
  }

  /** Runs it on the machine at hand, through the proxy. */
  run(args: string[], options: ProgramOptions & { stateDir?: string } = {}): Promise<ProgramResult> {
    const { stateDir = this.stateDir, ...rest } = options;
    return runPodcidr([...args, '--yes', '--state-dir', stateDir], {
      kubeconfig: this.proxy.kubeconfig,
      env: this.env,
      ...rest,
    });
  }

  /** Runs it on a machine that knows nothing. */
  runElsewhere(args: string[]): Promise<ProgramResult> {
    return this.run(args, { stateDir: this.elsewhere() });
  }

  /** Runs it and kills it at the first request that fits, before the server sees it or once it has acted. */
  async killed(args: string[], fits: (request: SeenRequest) => boolean, when: 'before' | 'after' = 'before') {
    let child: ChildProcess | undefined;
    let done = false;
    const kill = () => void child?.kill('SIGKILL');
    this.proxy.decide((request): Fault => {
      if (done || !fits(request)) return { kind: 'pass' };
      done = true;
      if (when === 'after') return { kind: 'then', after: kill };
      kill();
      return { kind: 'reset' };
    });
    const ran = await this.run(args, {
      onStart: (started) => {
        child = started;
      },
    });
    this.proxy.decide(() => ({ kind: 'pass' }));
    if (ran.signal !== 'SIGKILL') throw new Error(`it ended before: ${ran.code}\n${ran.stderr}`);
    return ran;
  }

  /** Does something once, just before the server sees the first request that fits. */
  before(fits: (request: SeenRequest) => boolean, deed: () => Promise<unknown>): void {
    let done = false;
    this.proxy.decide((request): Fault => {
      if (done || !fits(request)) return { kind: 'pass' };
      done = true;
      return { kind: 'then', before: async () => void (await deed()) };
    });
  }

  async create(name: string, podCIDRs?: string[]): Promise<KubeObject> {
    await createNodes(this.plane.api, [node(name, { ...(podCIDRs && { podCIDRs }), flannel: true })]);
    // Only then is it as nodes are that live for a while.
    const settled = await until(async () => !(await hasNotReadyTaint(this.plane, name)), 10_000);
    if (!settled) throw new Error('the not-ready taint stayed');
    return getNode(this.plane, name);
  }

  async subnet(name: string): Promise<string | undefined> {
    return (await getNode(this.plane, name)).spec?.podCIDR;
  }

  /** Everything that has been started, oldest first. */
  async operations(): Promise<OperationDocument[]> {
    const { stdout } = await this.run(['operations', '-o', 'json']);
    return (JSON.parse(stdout) as { items: OperationDocument[] }).items;
  }

  /** The copies of the journal in the cluster. */
  maps(): Promise<KubeObject[]> {
    return this.plane.api.list(OURS);
  }

  /** Every Node by name, as people and programs left it: equal to what it was before as long as nobody changed anything. */
  async standing(): Promise<Record<string, object>> {
    const nodes = await this.plane.api.list('/api/v1/nodes');
    return Object.fromEntries(
      nodes
        .filter(({ metadata }) => metadata.name !== this.plane.node)
        .map((found) => [found.metadata.name, standing(found)]),
    );
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.plane.stop();
  }
}

export async function startStage(options: ControlPlaneOptions = {}, env: Record<string, string> = {}): Promise<Stage> {
  const plane = await startControlPlane(options);
  return new Stage(plane, await startFaultProxy(plane), env);
}

export const isPost = ({ method, path }: SeenRequest) => method === 'POST' && path.startsWith('/api/v1/nodes?');
export const isDelete = ({ method, path }: SeenRequest) => method === 'DELETE' && path.startsWith('/api/v1/nodes/');

export const operationOf = ({ stdout }: ProgramResult) => JSON.parse(stdout) as OperationDocument;

/** The Node as it is compared, but for who wrote what: kubectl prints no managedFields, and a value put back has a new writer. */
export function withoutManagers(object: KubeObject) {
  const { metadata, ...rest } = comparable(object);
  return { ...rest, metadata: { ...metadata, managedFields: [] } };
}
