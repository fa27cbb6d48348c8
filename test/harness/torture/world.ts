import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import type { NodeOptions } from '../../../scripts/clusters/node-object.ts';
import { until } from '../../../scripts/lib/processes.ts';
import { ownedBy } from '../../cluster/reassign/support.ts';
import type { ControlPlane } from '../control-plane.ts';
import { type DaemonSetWish, deploy, scheduleDaemonPods, undeploy } from '../daemon-sets.ts';
import { node, pod } from '../node.ts';

/** All that a case can change: every Node by name, and what the Nodes own by path. */
export interface State {
  nodes: Map<string, KubeObject>;
  dependents: Map<string, KubeObject>;
}

const OURS = 'labelSelector=app.kubernetes.io/managed-by%3Dkubectl-podcidr';
const KUBE_SYSTEM_CONFIG_MAPS = '/api/v1/namespaces/kube-system/configmaps';
const WIDGETS = '/apis/torture.example/v1/widgets';

/** Path of the Lease that is the lock. */
export const LOCK = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kubectl-podcidr';

/** The objects that one case works with: made anew for each, and taken away after it, and nothing else. */
export class World {
  readonly plane: ControlPlane;
  #nodes: string[] = [];
  #dependents: string[] = [];
  #pods: string[] = [];
  #daemonSets: DaemonSetWish[] = [];
  #unschedule = () => {};
  readonly #lost = new Map<string, KubeObject>();

  constructor(plane: ControlPlane) {
    this.plane = plane;
  }

  /** Once a plane: a kind of custom resources that Nodes can own. */
  async prepare(): Promise<void> {
    await this.plane.api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.torture.example' },
      spec: {
        group: 'torture.example',
        scope: 'Cluster',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    const served = await until(async () => (await this.plane.api.request('GET', WIDGETS)).status === 200, 30_000);
    if (!served) throw new Error('the custom resources are not served');
  }

  /** DaemonSets with a running pod on each of the nodes: for planes with kwok. */
  async createDaemonSets(nodes: string[], ...wishes: DaemonSetWish[]): Promise<void> {
    this.#daemonSets.push(...wishes);
    this.#unschedule = await scheduleDaemonPods(this.plane);
    await deploy(this.plane, nodes, ...wishes);
  }

  /** A Node that has lived for a while: admission's not-ready taint is gone. */
  async createNode(name: string, options: NodeOptions): Promise<void> {
    const { api } = this.plane;
    this.#nodes.push(name);
    await api.post('/api/v1/nodes', node(name, options));
    await api.patch(`/api/v1/nodes/${name}`, { spec: { taints: null } });
  }

  /** As kubectl uncordon does. */
  async uncordon(name: string): Promise<void> {
    await this.plane.api.patch(`/api/v1/nodes/${name}`, { spec: { unschedulable: null } });
  }

  /** A pod on the pod network of the Node, which ends at once when it is evicted: no kubelet is needed for that. */
  async createPod(name: string, nodeName: string): Promise<void> {
    const spec = { nodeName, terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'none' }] };
    await this.plane.api.post('/api/v1/namespaces/default/pods', pod(name, nodeName, { spec }));
    this.#pods.push(name);
  }

  /** Deletes the Node as an operator does by mistake, and returns the path of a dump from before. */
  async loseNode(name: string): Promise<string> {
    const { api, dir } = this.plane;
    const lost = await api.get(`/api/v1/nodes/${name}`);
    const path = join(dir, `${name}.json`);
    writeFileSync(path, JSON.stringify(lost));
    await api.delete(`/api/v1/nodes/${name}`);
    // As an item of a list.
    const { kind: _kind, apiVersion: _version, ...item } = lost;
    this.#lost.set(name, item);
    return path;
  }

  /** Everything as the case begins: a lost Node is in it as it was. */
  async stateBefore(): Promise<State> {
    const state = await this.state();
    return { ...state, nodes: new Map([...state.nodes, ...this.#lost]) };
  }

  /** Gives the Node what must outlive it: a ConfigMap, its CSINode and a custom resource. */
  async createOwned(name: string): Promise<void> {
    const { api } = this.plane;
    const ownerReferences = ownedBy(await api.get(`/api/v1/nodes/${name}`));
    const metadata = { name, ownerReferences };
    const made: [list: string, object: KubeObject][] = [
      [
        '/api/v1/namespaces/default/configmaps',
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, namespace: 'default' }, data: { of: name } },
      ],
      [
        '/apis/storage.k8s.io/v1/csinodes',
        { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata, spec: { drivers: [] } },
      ],
      [WIDGETS, { apiVersion: 'torture.example/v1', kind: 'Widget', metadata }],
    ];
    await Promise.all(made.map(([list, object]) => api.post(list, object)));
    this.#dependents.push(...made.map(([list]) => `${list}/${name}`));
  }

  /** Everything as the server has it. */
  async state(): Promise<State> {
    const { api } = this.plane;
    const dependents = await Promise.all(this.#dependents.map(async (path) => [path, await api.find(path)] as const));
    return {
      nodes: new Map((await api.list('/api/v1/nodes')).map((object) => [object.metadata.name, object])),
      dependents: new Map(dependents.flatMap(([path, object]) => (object ? [[path, object]] : []))),
    };
  }

  /** The manifests of operations by id, with their state: open, finished or rolledBack. */
  async operations(): Promise<Map<string, string>> {
    const maps = await this.plane.api.list(`${KUBE_SYSTEM_CONFIG_MAPS}?${OURS},kubectl-podcidr/state`);
    return new Map(
      maps.map(({ metadata: { labels = {} } }) => [
        labels['kubectl-podcidr/operation'] ?? '',
        labels['kubectl-podcidr/state'] ?? '',
      ]),
    );
  }

  /** Takes away what the case and the program have made. */
  async clear(): Promise<void> {
    const { api } = this.plane;
    this.#unschedule();
    await undeploy(this.plane, ...this.#daemonSets);
    await Promise.all([
      ...this.#dependents.map((path) => api.delete(path)),
      ...this.#pods.map((name) => api.delete(`/api/v1/namespaces/default/pods/${name}`, { gracePeriodSeconds: 0 })),
      ...this.#nodes.map((name) => api.delete(`/api/v1/nodes/${name}`)),
      api.delete(LOCK),
      api.delete(`${KUBE_SYSTEM_CONFIG_MAPS}?${OURS}`),
    ]);
    this.#nodes = [];
    this.#dependents = [];
    this.#pods = [];
    this.#daemonSets = [];
    this.#lost.clear();
  }
}
