import type { Api } from '../clusters/api.ts';
import type { KubeObject } from '../clusters/kube-object.ts';
import { nodeObject } from '../clusters/node-object.ts';
import { nodesAreQuiet } from '../clusters/quiet-nodes.ts';
import { until } from '../lib/processes.ts';

const NODES = '/api/v1/nodes';
const PODS = '/api/v1/namespaces/default/pods';
const SIDE_BY_SIDE = 20;

/** Runs the work for each item, some at a time. */
async function forEach<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < items.length; first += SIDE_BY_SIDE) {
    await Promise.all(items.slice(first, first + SIDE_BY_SIDE).map(work));
  }
}

/** The machines of the story: they join and leave, kube-controller-manager gives them their subnets, kwok keeps them alive. */
export class Fleet {
  readonly #api: Api;
  readonly #version: string;
  #last = 0;

  constructor(api: Api, version: string) {
    this.#api = api;
    this.#version = version;
  }

  nodes(): Promise<KubeObject[]> {
    return this.#api.list(NODES);
  }

  /** Subnet of a Node, '' without one. */
  async subnetOf(name: string): Promise<string> {
    return (await this.#api.get(`${NODES}/${name}`)).spec?.podCIDR ?? '';
  }

  /** Name of the Node with this subnet. */
  async holderOf(subnet: string): Promise<string | undefined> {
    return (await this.nodes()).find(({ spec }) => spec?.podCIDR === subnet)?.metadata.name;
  }

  /** Waits until no Node is written any more. */
  isQuiet(): Promise<void> {
    return nodesAreQuiet(this.#api, 30_000);
  }

  /** New workers register, as flannel nodes, without a subnet or with given ones. Resolves with their names. */
  async join(count: number, subnets: string[] = []): Promise<string[]> {
    const names = Array.from({ length: count }, () => `worker-${String(++this.#last).padStart(3, '0')}`);
    await forEach(names, (name) => {
      const subnet = subnets[names.indexOf(name)];
      const more = subnet === undefined ? {} : { podCIDRs: [subnet] };
      return this.#api.post(NODES, nodeObject(name, { flannel: true, kubeletVersion: this.#version, ...more }));
    });
    return names;
  }

  /** A worker leaves for good. */
  async leave(name: string): Promise<void> {
    await this.#api.delete(`${NODES}/${name}`);
  }

  /** Waits until each of these has a subnet; false when that takes too long. */
  async subnetsArrive(names: string[], limitMs: number): Promise<boolean> {
    return until(
      async () => {
        const having = (await this.nodes()).filter(({ spec }) => spec?.podCIDR !== undefined);
        const withSubnet = new Set(having.map(({ metadata }) => metadata.name));
        return names.every((name) => withSubnet.has(name));
      },
      limitMs,
      250,
    );
  }

  /** One or two pods on every worker that has a subnet, running. Resolves with their number. */
  async runPods(): Promise<number> {
    const workers = (await this.nodes()).filter(
      ({ metadata, spec }) => /^worker-/.test(metadata.name) && spec?.podCIDR,
    );
    const pods = workers.flatMap(({ metadata: { name } }, index) => [
      { name: `web-${name}`, node: name },
      ...(index % 2 === 0 ? [{ name: `cache-${name}`, node: name }] : []),
    ]);
    await forEach(pods, ({ name, node }) =>
      this.#api.post(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app: name.split('-')[0] } },
        spec: { nodeName: node, containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.9' }] },
      }),
    );
    const running = await until(
      async () => (await this.#api.list(PODS)).every(({ status }) => status?.phase === 'Running'),
      60_000,
      500,
    );
    if (!running) throw new Error('the pods were not running after a minute');
    return pods.length;
  }

  /** Names of Nodes that share their subnet with an older Node, in the order of their names. */
  async twins(): Promise<string[]> {
    const holders = new Map<string, string>();
    const twins: string[] = [];
    for (const { metadata, spec } of (await this.nodes()).sort((a, b) =>
      a.metadata.name.localeCompare(b.metadata.name),
    )) {
      if (spec?.podCIDR === undefined) continue;
      const holder = holders.get(spec.podCIDR);
      // The control plane's own Node sorts by the machine's name, and is older than every worker.
      if (holder === undefined) holders.set(spec.podCIDR, metadata.name);
      else twins.push(/^worker-/.test(metadata.name) ? metadata.name : holder);
    }
    return twins;
  }
}
